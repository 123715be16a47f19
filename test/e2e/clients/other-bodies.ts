/** Bodies of what is no chat completion, as callers send them: one thing that the protocol has in each. */

type Bodies = Readonly<Record<string, object>>;

const SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
};
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const said = (role: string, content: unknown): object => ({ type: 'message', role, content });
const FUNCTION = { type: 'function', name: 'f', description: 'Does f.', parameters: SCHEMA, strict: true };
const CALLED = [
  said('user', 'hi'),
  { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"name":"x"}' },
  { type: 'function_call_output', call_id: 'call_1', output: 'r' },
];

/** Which every model answers. */
export const responsesBodies: Bodies = {
  'text alone': {},
  instructions: { instructions: 'Be short.' },
  'a system message': { input: [said('system', 'Be short.'), said('user', 'hi')] },
  'a developer message': { input: [said('developer', 'Be short.'), said('user', 'hi')] },
  'a message without its type': { input: [{ role: 'user', content: 'hi' }] },
  'a conversation': {
    input: [said('user', 'hi'), { role: 'assistant', content: 'Hello!' }, said('user', 'bye')],
  },
  'an image': {
    input: [
      said('user', [
        { type: 'input_text', text: 'what is it?' },
        { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'high' },
      ]),
    ],
  },
  streamed: { stream: true },
  'a limit': { max_output_tokens: 100 },
  'numbers of sampling': { temperature: 0.5, top_p: 0.9 },
  'nulls where they may be': { instructions: null, temperature: null, max_output_tokens: null, metadata: null },
  'a function': { tools: [FUNCTION] },
  'a function that must be called': { tools: [FUNCTION], tool_choice: { type: 'function', name: 'f' } },
  'some function that must be called': { tools: [FUNCTION], tool_choice: 'required', parallel_tool_calls: false },
  'a call and its output': { tools: [FUNCTION], input: CALLED },
  'a call and its output, streamed': { tools: [FUNCTION], input: CALLED, stream: true },
  'an answer by schema': {
    text: { format: { type: 'json_schema', name: 'place', schema: SCHEMA, strict: true } },
  },
  JSON: { text: { format: { type: 'json_object' } }, input: 'as JSON please' },
  'an effort of reasoning': { reasoning: { effort: 'low' } },
  'nothing stored': { store: false },
  'a task for the router beside metadata': { store: true, metadata: { task: 'coding', purpose: 'eval' } },
};

/** Which only OpenAI itself does: they go there as they are. */
export const storedResponsesBodies: Bodies = {
  'what was stored there': { previous_response_id: 'resp_1' },
  'a tool of its own': { tools: [{ type: 'web_search' }] },
  'sealed reasoning': {
    store: false,
    include: ['reasoning.encrypted_content'],
    input: [said('user', 'hi'), { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'c2VhbGVk' }],
  },
  'a summary of the reasoning': { reasoning: { effort: 'low', summary: 'auto' } },
};

export const completionsBodies: Bodies = {
  'text alone': {},
  'a limit': { max_tokens: 10 },
  'a suffix': { prompt: 'def f(', suffix: '): pass' },
  'several prompts': { prompt: ['a', 'b'] },
  'tokens of a prompt': { prompt: [1_212, 318] },
  'tokens of several prompts': { prompt: [[1_212], [318]] },
  streamed: { stream: true },
  'streamed, with usage': { stream: true, stream_options: { include_usage: true } },
  'numbers of sampling': { temperature: 0.5, top_p: 0.9, presence_penalty: -1, frequency_penalty: 1, seed: 1 },
  'several answers': { n: 2, best_of: 3 },
  'log probabilities, stops and an echo': { logprobs: 2, stop: ['END'], echo: true },
  'nulls where they may be': { suffix: null, max_tokens: null, stop: null },
  'an end user': { user: 'user-1' },
  'a task for the router': { metadata: { task: 'coding' } },
};

export const embeddingsBodies: Bodies = {
  'text alone': {},
  'several texts': { input: ['a', 'b'] },
  'tokens of a text': { input: [1_212, 318] },
  'tokens of several texts': { input: [[1_212], [318]] },
  'in base64': { encoding_format: 'base64' },
  'of fewer dimensions': { dimensions: 256 },
  'an end user': { user: 'user-1' },
  'a task for the router': { metadata: { task: 'coding' } },
};

const TOOL = { name: 'f', description: 'Does f.', input_schema: SCHEMA };
const USED = { type: 'tool_use', id: 'toolu_1', name: 'f', input: { name: 'x' } };

/** As Anthropic's clients send them. */
export const messagesBodies: Bodies = {
  'nothing but a message': {},
  'a system prompt': { system: 'Be short.' },
  'a system prompt in blocks, marked for the cache': {
    system: [{ type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } }],
  },
  streamed: { stream: true },
  'an image': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          { type: 'text', text: 'what is it?' },
        ],
      },
    ],
  },
  'numbers of sampling': { temperature: 0.5, top_p: 0.9, top_k: 5, stop_sequences: ['END'] },
  tools: { tools: [TOOL] },
  'a tool that must be called': { tools: [TOOL], tool_choice: { type: 'tool', name: 'f' } },
  'some tool that must be called': { tools: [TOOL], tool_choice: { type: 'any', disable_parallel_tool_use: true } },
  'a call and its result beside a text': {
    tools: [TOOL],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [{ type: 'text', text: 'Looking.' }, USED] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'r' }] },
          { type: 'text', text: 'so?' },
        ],
      },
    ],
  },
  'a call that failed': {
    tools: [TOOL],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [USED] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'no', is_error: true }] },
    ],
  },
  thinking: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
  'thinking as much as it wants': { thinking: { type: 'adaptive' } },
  'an end user': { metadata: { user_id: 'user-1' } },
};
