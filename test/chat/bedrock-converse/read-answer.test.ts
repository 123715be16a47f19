import { bedrockConverse } from '../dialects';
import type { JsonObject } from '../../../lib/chat/dialect';
import { ANSWER_ID, CREATED_SECONDS, MODEL, callOf } from '../support';

const USAGE = { inputTokens: 10, outputTokens: 7, totalTokens: 17 };
const bodyOf = (content: unknown, more: object = {}): string =>
  JSON.stringify({
    output: { message: { role: 'assistant', content } },
    stopReason: 'end_turn',
    usage: USAGE,
    ...more,
  });
const answer = (text: string): ReturnType<typeof bedrockConverse.answer> => bedrockConverse.answer(callOf(), text);

function completion(text: string): JsonObject {
  const read = answer(text);
  if (!read.ok) throw new Error(read.message);
  return JSON.parse(read.body) as JsonObject;
}
const message = (text: string): unknown => (completion(text)['choices'] as { message: unknown }[])[0]?.message;

test('a whole answer is a chat completion', () => {
  expect(completion(bodyOf([{ text: 'Hello' }]))).toEqual({
    id: ANSWER_ID,
    object: 'chat.completion',
    created: CREATED_SECONDS,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 7,
      total_tokens: 17,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    },
  });
});

test('B8, B22, B23, C28 tool calls keep their numbers as written, and an answer of calls alone has no content', () => {
  const text = bodyOf([{ toolUse: { toolUseId: 'a', name: 'f', input: { n: 1 } } }], { stopReason: 'tool_use' });
  expect(message(text.replace('"n":1', '"n":12345678901234567890,"f":1.0'))).toMatchObject({
    content: null,
    tool_calls: [
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890,"f":1.0}' } },
    ],
  });
  const both = [{ text: 'Looking.' }, { toolUse: { toolUseId: 'b', name: 'g' } }];
  expect(message(bodyOf(both, { stopReason: 'tool_use' }))).toMatchObject({
    content: 'Looking.',
    tool_calls: [{ id: 'b', function: { name: 'g', arguments: '{}' } }],
  });
});

test('B18, B24 reasoning is told, and blocks that are not known are passed over', () => {
  const content = [
    { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
    { reasoningContent: { redactedContent: 'AA==' } },
    { citationsContent: { content: [] } },
    { text: 'Yes.' },
  ];
  expect(message(bodyOf(content))).toEqual({
    role: 'assistant',
    content: 'Yes.',
    refusal: null,
    reasoning_content: 'Hm.',
    thinking_blocks: [
      { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
      { type: 'redacted_thinking', data: 'AA==' },
    ],
  });
});

test.each([
  ['tool_use', 'tool_calls'],
  ['max_tokens', 'length'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
])('B6 %s is %s', (stopReason, finish) => {
  expect(answer(bodyOf([{ text: 'x' }], { stopReason }))).toMatchObject({ ok: true, finish });
});

test('D1 the prompt includes what the cache read and wrote', () => {
  const usage = { inputTokens: 3, cacheReadInputTokens: 100, cacheWriteInputTokens: 20, outputTokens: 7 };
  expect(answer(bodyOf([{ text: 'x' }], { usage }))).toMatchObject({
    usage: { promptTokens: 123, completionTokens: 7, cacheReadTokens: 100, cacheWriteTokens: 20 },
  });
});

test('an answer without counts has none', () => {
  expect(answer(bodyOf([{ text: 'x' }], { usage: undefined }))).toMatchObject({ ok: true, usage: null });
});

test.each([
  ['no JSON', '<html>'],
  ['no output', JSON.stringify({ stopReason: 'end_turn' })],
  ['no content', bodyOf(undefined)],
  ['no stop reason', bodyOf([], { stopReason: undefined })],
  ['a malformed tool call', bodyOf([], { stopReason: 'malformed_tool_use' })],
])('is a fault: %s', (_name, text) => {
  expect(answer(text)).toMatchObject({ ok: false, kind: 'invalid', status: 502 });
});

test.each([
  ['throttled', 429, 'Too many tokens', 429],
  ['the model took too long', 408, 'Model has timed out', 504],
  ['the model failed', 424, 'The model failed', 500],
  ['not ready', 503, 'Not ready', 503],
  ['no access', 403, 'You do not have access', 403],
])('an error of the service: %s', (_name, status, text, expected) => {
  expect(bedrockConverse.fault(status, JSON.stringify({ message: text }))).toMatchObject({
    kind: 'status',
    status: expected,
    message: text,
    contextLengthExceeded: false,
  });
});
