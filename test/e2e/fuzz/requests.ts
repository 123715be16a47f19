/** Sound requests of every endpoint, which are then damaged. */
export interface SoundRequest {
  readonly path: string;
  readonly body: object;
}

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const PNG = 'iVBORw0KGgo=';

const chat: object = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      reasoning_content: 'hm',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '12 °C' },
    { role: 'user', content: 'And tomorrow?' },
  ],
  tools: [{ type: 'function', function: { name: 'weather', description: 'of a city', parameters: SCHEMA } }],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  max_tokens: 50,
  temperature: 0.5,
  top_p: 0.9,
  stop: ['END'],
  seed: 7,
  metadata: { task: 'user_facing_chat', session: 's-1' },
};

const messages: object = {
  max_tokens: 50,
  system: [{ type: 'text', text: 'Be brief.' }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Look.' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 's' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Zürich' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: '12 °C' }] },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        { type: 'text', text: 'And tomorrow?' },
      ],
    },
  ],
  tools: [{ name: 'weather', description: 'of a city', input_schema: SCHEMA }],
  tool_choice: { type: 'auto' },
  stop_sequences: ['END'],
  temperature: 0.5,
};

const responses: object = {
  instructions: 'Be brief.',
  input: [
    { role: 'user', content: [{ type: 'input_text', text: 'Look.' }] },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] },
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Zürich"}' },
    { type: 'function_call_output', call_id: 'call_1', output: '12 °C' },
    { type: 'message', role: 'user', content: 'And tomorrow?' },
  ],
  tools: [{ type: 'function', name: 'weather', description: 'of a city', parameters: SCHEMA, strict: true }],
  tool_choice: 'auto',
  max_output_tokens: 50,
  text: { format: { type: 'text' } },
  reasoning: { effort: 'low' },
};

const MODELS = ['gpt', 'claude', 'flash', 'nova', 'fast', 'auto'];

const asked = (path: string, body: object): SoundRequest[] =>
  MODELS.flatMap((model) => [false, true].map((stream) => ({ path, body: { model, stream, ...body } })));

export const SOUND: readonly SoundRequest[] = [
  ...asked('/v1/chat/completions', chat),
  ...asked('/v1/messages', messages),
  ...asked('/v1/responses', responses),
  ...asked('/v1/completions', { prompt: 'def add(a, b):', max_tokens: 9, stop: ['\n'], n: 1 }),
  { path: '/v1/embeddings', body: { model: 'vectors', input: ['one', 'two'], encoding_format: 'float' } },
];
