import type { HubAnswer } from '../../../lib/chat/hub';
import { writeAnswer } from '../../../lib/chat/openai-chat/write-answer';

const ANSWER: HubAnswer = {
  id: 'msg_1',
  model: 'claude',
  parts: [{ kind: 'text', text: 'Hello' }],
  finish: 'stop',
  refusal: null,
  usage: null,
};
const CALL = { kind: 'tool_call', id: 'a', name: 'f', argumentsJson: '{"n":1.0}' } as const;
const written = (change: Partial<HubAnswer>): Record<string, unknown> =>
  JSON.parse(writeAnswer({ ...ANSWER, ...change }, 1_790_000_000)) as Record<string, unknown>;
const message = (change: Partial<HubAnswer>): unknown =>
  (written(change) as { choices: [{ message: unknown }] }).choices[0].message;

test('B1, B2 a text answer', () => {
  expect(written({})).toEqual({
    id: 'msg_1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'claude',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
  });
});

test('B22 content is null beside tool calls alone', () => {
  expect(message({ parts: [CALL] })).toEqual({
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"n":1.0}' } }],
  });
});

test('B23 text and tool calls are both kept', () => {
  expect(message({ parts: [...ANSWER.parts, CALL] })).toMatchObject({ content: 'Hello', tool_calls: [{ id: 'a' }] });
});

test('B4 a refusal is given with its text', () => {
  expect(message({ parts: [], refusal: 'no', finish: 'content_filter' })).toMatchObject({
    content: null,
    refusal: 'no',
  });
});

test('an empty answer is an empty string', () => {
  expect(message({ parts: [] })).toMatchObject({ content: '' });
});

test('B18 reasoning stands apart from the text', () => {
  expect(message({ parts: [{ kind: 'reasoning', text: 'hm' }, ...ANSWER.parts] })).toMatchObject({
    content: 'Hello',
    reasoning_content: 'hm',
  });
});

test('D2 usage includes cached tokens in the prompt', () => {
  const usage = {
    promptTokens: 100,
    completionTokens: 20,
    cacheReadTokens: 60,
    cacheWriteTokens: 10,
    reasoningTokens: null,
  };
  expect(written({ usage })['usage']).toEqual({
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
  });
  expect(written({ usage: { ...usage, reasoningTokens: 7 } })['usage']).toMatchObject({
    completion_tokens_details: { reasoning_tokens: 7 },
  });
});
