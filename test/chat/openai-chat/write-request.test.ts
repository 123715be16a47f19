/** Requests of other protocols as chat completions: here they come from one, and must mean the same again. */
import type { ChatCall, JsonObject } from '../../../lib/chat/dialect';
import { openAiThroughHub } from '../dialects';
import { MODEL, callOf } from '../support';

const written = (body: JsonObject, policy: Partial<ChatCall> = {}): JsonObject =>
  JSON.parse(openAiThroughHub.request(callOf(body, policy)).text) as JsonObject;
const listed = (body: JsonObject, policy: Partial<ChatCall> = {}): readonly string[] =>
  openAiThroughHub.request(callOf(body, policy)).dropped;

const OPENAI = { maxTokensField: 'max_completion_tokens' } as const;
const USER = { role: 'user', content: 'hello' };
const CALL = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"big":12345678901234567890}' } };
const TOOL = { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } };

test.each<[string, JsonObject]>([
  ['text', { messages: [USER] }],
  ['every role', { messages: [{ role: 'system', content: 's' }, USER, { role: 'assistant', content: 'a' }, USER] }],
  [
    'parts',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' } },
          ],
        },
      ],
    },
  ],
  [
    'calls and results',
    {
      messages: [
        USER,
        { role: 'assistant', content: null, tool_calls: [CALL, { ...CALL, id: 'call_2' }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'one' },
        { role: 'tool', tool_call_id: 'call_2', content: 'two' },
        { role: 'assistant', content: 'text beside', tool_calls: [{ ...CALL, id: 'call_3' }] },
        { role: 'tool', tool_call_id: 'call_3', content: 'three' },
      ],
      tools: [TOOL],
    },
  ],
  [
    'thoughts, which engines take back',
    { messages: [USER, { role: 'assistant', content: 'a', reasoning_content: 'because' }, USER] },
  ],
  [
    'a signature in the place of a call',
    {
      messages: [
        USER,
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ ...CALL, extra_content: { google: { thought_signature: 's' } } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'one' },
      ],
      tools: [TOOL],
    },
  ],
  ['a tool that is forced', { tools: [TOOL], tool_choice: { type: 'function', function: { name: 'f' } } }],
  ['a choice and one at a time', { tools: [TOOL], tool_choice: 'required', parallel_tool_calls: false }],
  ['no tool to be called', { tools: [TOOL], tool_choice: 'none' }],
  ['a strict tool', { tools: [{ type: 'function', function: { name: 'f', parameters: {}, strict: true } }] }],
  [
    'sampling',
    { max_tokens: 9, temperature: 1.5, top_p: 0.5, stop: ['a', 'b'], reasoning_effort: 'low', user: 'u', top_k: 3 },
  ],
  ['an object', { response_format: { type: 'json_object' } }],
  [
    'a schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } } },
  ],
])('%s means the same again', (_, body) => {
  expect(written(body)).toEqual({ model: MODEL, messages: [USER], ...body });
});

test('what OpenAI itself does not know is left out there, and listed', () => {
  const thought = { role: 'assistant', content: 'a', reasoning_content: 'because' };
  const body = { messages: [USER, thought, USER], max_tokens: 9, top_k: 3 };
  expect(written(body, OPENAI)).toEqual({
    model: MODEL,
    messages: [USER, { role: 'assistant', content: 'a' }, USER],
    max_completion_tokens: 9,
  });
  expect(listed(body, OPENAI)).toEqual(['reasoning_content', 'top_k']);
  expect(listed(body)).toEqual([]);
});

test('a stream tells its usage', () => {
  expect(written({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
});
