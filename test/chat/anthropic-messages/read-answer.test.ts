import { anthropicMessages } from '../dialects';
import type { AnswerRead, UpstreamFault } from '../../../lib/chat/dialect';
import { CREATED_SECONDS, callOf } from '../support';

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 12, output_tokens: 5 },
};

const readText = (text: string): AnswerRead | UpstreamFault => anthropicMessages.answer(callOf(), text);
const read = (change: object): AnswerRead | UpstreamFault => readText(JSON.stringify({ ...MESSAGE, ...change }));
function bodyOf(answer: AnswerRead | UpstreamFault): Record<string, unknown> {
  if (!answer.ok) throw new Error(answer.message);
  return JSON.parse(answer.body) as Record<string, unknown>;
}

test('is a chat completion', () => {
  expect(bodyOf(read({}))).toMatchObject({
    id: 'msg_1',
    object: 'chat.completion',
    created: CREATED_SECONDS,
    model: 'claude',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
  });
});

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  ['what_comes_next', 'stop'],
  ['constructor', 'stop'],
])('B3 %s is %s', (stopReason, finish) => {
  expect(read({ stop_reason: stopReason })).toMatchObject({ ok: true, finish });
});

test('B4 a refusal is a content filter with its explanation', () => {
  const refused = read({ content: [], stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'No.' } });
  expect(bodyOf(refused)).toMatchObject({
    choices: [{ message: { content: null, refusal: 'No.' }, finish_reason: 'content_filter' }],
  });
});

test('B8, B22 a tool call without arguments has `{}`', () => {
  const content = [
    { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
    { type: 'tool_use', id: 'toolu_2', name: 'g' },
  ];
  expect(bodyOf(read({ content, stop_reason: 'tool_use' }))).toMatchObject({
    choices: [
      {
        message: {
          content: null,
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{}' } },
            { id: 'toolu_2', function: { name: 'g', arguments: '{}' } },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ],
  });
});

test('C28 numbers of arguments keep their digits', () => {
  const text = JSON.stringify({ ...MESSAGE, content: [{ type: 'tool_use', id: 'a', name: 'f', input: 'INPUT' }] });
  const body = bodyOf(readText(text.replace('"INPUT"', '{"big":12345678901234567890,"f":1.0,"n":7,"s":"1.0"}')));
  expect(body).toMatchObject({
    choices: [
      {
        message: { tool_calls: [{ function: { arguments: '{"big":12345678901234567890,"f":1.0,"n":7,"s":"1.0"}' } }] },
      },
    ],
  });
});

test('B18, B24 thinking is reasoning, and kinds of blocks that are not known are left out', () => {
  const content = [
    { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
    { type: 'redacted_thinking', data: 'x' },
    { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
    ...MESSAGE.content,
    null,
  ];
  expect(bodyOf(read({ content }))).toMatchObject({
    choices: [{ message: { content: 'Hello', reasoning_content: 'Hm.' } }],
  });
});

test('D1 the prompt includes what the cache read and wrote, each once', () => {
  const usage = {
    input_tokens: 3,
    cache_read_input_tokens: 12_304,
    cache_creation_input_tokens: 543,
    output_tokens: 550,
  };
  expect(read({ usage })).toMatchObject({
    usage: {
      promptTokens: 12_850,
      completionTokens: 550,
      cacheReadTokens: 12_304,
      cacheWriteTokens: 543,
      reasoningTokens: null,
    },
  });
});

test('usage that is not given is not known', () => {
  expect(read({ usage: null })).toMatchObject({ ok: true, usage: null });
});

test.each(['', '<html>', '[]', '{}', JSON.stringify({ ...MESSAGE, stop_reason: null })])('is invalid: %j', (text) => {
  expect(readText(text)).toMatchObject({ ok: false, kind: 'invalid' });
});

test('is the error that it holds', () => {
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  expect(readText(JSON.stringify(error))).toMatchObject({ ok: false, kind: 'error_event', status: 503 });
});
