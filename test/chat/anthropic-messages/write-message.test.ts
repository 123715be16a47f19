import fc from 'fast-check';
import { readToolId, writeToolId } from '../../../lib/chat/anthropic-messages/tool-ids';
import { writeAnswer } from '../../../lib/chat/anthropic-messages/write-answer';
import type { HubAnswer } from '../../../lib/chat/hub';

const ANSWER: HubAnswer = {
  id: 'chatcmpl-9',
  model: 'm',
  parts: [{ kind: 'text', text: 'Hi' }],
  finish: 'stop',
  refusal: null,
  usage: { promptTokens: 100, completionTokens: 7, cacheReadTokens: 60, cacheWriteTokens: 30, reasoningTokens: null },
};
const written = (change: Partial<HubAnswer>): unknown => JSON.parse(writeAnswer({ ...ANSWER, ...change }));
const call = (argumentsJson: string, id = 'call_1'): HubAnswer['parts'][number] => ({
  kind: 'tool_call',
  id,
  name: 'f',
  argumentsJson,
});

test('an answer is a message', () => {
  expect(written({})).toEqual({
    id: 'msg_9',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'Hi' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, cache_creation_input_tokens: 30, cache_read_input_tokens: 60, output_tokens: 7 },
  });
  expect(written({ id: 'msg_abc' })).toMatchObject({ id: 'msg_abc' });
  expect(written({ usage: null })).toMatchObject({ usage: { input_tokens: 0, output_tokens: 0 } });
});

test('its content is thinking, text and calls, in their order', () => {
  const parts: HubAnswer['parts'] = [
    { kind: 'reasoning', text: 'Hm.' },
    { kind: 'reasoning', text: '', redacted: 'r' },
    { kind: 'reasoning', text: 'A', signature: 's' },
    { kind: 'text', text: ' \n' },
    { kind: 'text', text: 'Hi' },
    { ...call('{"x":1}'), thoughtSignature: 'g' } as HubAnswer['parts'][number],
  ];
  expect(written({ parts })).toMatchObject({
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'redacted_thinking', data: 'r' },
      { type: 'thinking', thinking: 'A', signature: 's' },
      { type: 'text', text: 'Hi' },
      {
        type: 'tool_use',
        id: 'call_1',
        name: 'f',
        input: { x: 1 },
        extra_content: { google: { thought_signature: 'g' } },
      },
    ],
    stop_reason: 'tool_use',
  });
});

test('C28 arguments go on as the model wrote them', () => {
  const text = writeAnswer({ ...ANSWER, parts: [call('{"n":12345678901234567890, "f":1.0}')] });
  expect(text).toContain('"input":{"n":12345678901234567890, "f":1.0}}');
});

test.each([
  ['', {}],
  ['{"a":', { INVALID_JSON: '{"a":' }],
  ['[1]', { INVALID_JSON: '[1]' }],
])('arguments that are no object, %j, are told as such', (json, input) => {
  expect(written({ parts: [call(json)] })).toMatchObject({ content: [{ input }] });
});

test.each<[Partial<HubAnswer>, string]>([
  [{ finish: 'length' }, 'max_tokens'],
  [{ finish: 'length', parts: [call('{')] }, 'max_tokens'],
  [{ finish: 'stop', parts: [call('{}')] }, 'tool_use'],
  [{ finish: 'content_filter' }, 'refusal'],
  [{ refusal: 'No.' }, 'refusal'],
])('%j ends by %s', (change, reason) => {
  expect(written(change)).toMatchObject({ stop_reason: reason, stop_sequence: null });
});

describe('B26 ids of tool calls', () => {
  const ids = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[a-z_:.-]{0,6}$/),
    fc.stringMatching(/^toolu_hub_[a-f0-9_:]{0,6}$/),
  );

  test('are such as clients take, never two alike, and can be had back', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(writeToolId(id)).toMatch(/^[a-zA-Z0-9_-]+$/);
        expect(readToolId(writeToolId(id))).toBe(id);
      }),
      { numRuns: 300 },
    );
  });

  test.each(['call_abc', 'toolu_01A', 'chatcmpl-tool-9f'])('%s is kept', (id) => {
    expect([writeToolId(id), readToolId(id)]).toEqual([id, id]);
  });

  test('that clients made up are no error', () => {
    expect(readToolId('toolu_hub__ffffff_')).toBe('_ffffff_');
  });
});
