import type { HubEvent } from '../../../lib/chat/hub';
import { MessageWriter } from '../../../lib/chat/anthropic-messages/write-stream';
import { type Read, eventsOf, readMessageEvents } from './events';

const START: HubEvent = { kind: 'start', id: 'chatcmpl-9', model: 'm' };
const STOP: HubEvent = { kind: 'finish', finish: 'stop' };
const USAGE: HubEvent = {
  kind: 'usage',
  usage: { promptTokens: 100, completionTokens: 7, cacheReadTokens: 60, cacheWriteTokens: 30, reasoningTokens: null },
};
const text = (value: string): HubEvent => ({ kind: 'text', text: value });
const reasoning = (value: string): HubEvent => ({ kind: 'reasoning', text: value });
const sealed = (seal: { signature?: string; redacted?: string }): HubEvent => ({
  kind: 'sealed_reasoning',
  reasoning: { kind: 'reasoning', text: '', ...seal },
});
const call = (index: number, id = `call_${index}`): HubEvent => ({ kind: 'tool_call', index, id, name: `t${index}` });
const args = (index: number, json: string): HubEvent => ({ kind: 'tool_arguments', index, json });

function written(events: readonly HubEvent[]): string {
  const writer = new MessageWriter();
  return events.map((event) => writer.write(event)).join('') + writer.end();
}
const read = (...events: readonly HubEvent[]): Read => readMessageEvents(written([START, ...events]));

test('events come in the order and under the names that Anthropic documents', () => {
  const events = eventsOf(written([START, text('Hello'), text(' you'), STOP, USAGE]));
  expect(events.map(({ name }) => name)).toEqual([
    'message_start',
    'ping',
    'content_block_start',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
  expect(events[0]?.data).toEqual({
    type: 'message_start',
    message: {
      id: 'msg_9',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
    },
  });
  expect(events.at(-2)?.data).toEqual({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { input_tokens: 10, cache_creation_input_tokens: 30, cache_read_input_tokens: 60, output_tokens: 7 },
  });
});

test('text goes on at once', () => {
  const writer = new MessageWriter();
  writer.write(START);
  expect(writer.write(text('a'))).toContain('"text_delta","text":"a"');
  expect(writer.write(text('b'))).toBe(
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}}\n\n',
  );
});

test('thinking is a block of its own, with a signature where there is one', () => {
  expect(read(reasoning('Hm'), reasoning('.'), text('Yes'), STOP).content).toEqual([
    { type: 'thinking', thinking: 'Hm.', signature: '' },
    { type: 'text', text: 'Yes' },
  ]);
  expect(
    read(reasoning('A'), sealed({ signature: 's' }), reasoning('B'), sealed({ redacted: 'r' }), STOP).content,
  ).toEqual([
    { type: 'thinking', thinking: 'A', signature: 's' },
    { type: 'thinking', thinking: 'B', signature: '' },
    { type: 'redacted_thinking', data: 'r' },
  ]);
});

describe('tool calls', () => {
  test('one after the other are written as they come', () => {
    const writer = new MessageWriter();
    writer.write(START);
    writer.write(call(0));
    expect(writer.write(args(0, '{"a":'))).toContain('input_json_delta');
    expect(writer.write(args(0, '1}'))).not.toContain('content_block_stop');
    expect(eventsOf(writer.write(call(1))).map(({ name }) => name)).toEqual([
      'content_block_stop',
      'content_block_start',
    ]);
    expect(writer.write(args(1, '{}'))).toContain('"index":1');
  });

  test('whose arguments are interleaved are whole, one block open at a time', () => {
    const { content, stopReason } = read(
      text('Both:'),
      call(0),
      call(1),
      args(1, '{"b":'),
      args(0, '{"a":'),
      args(1, '{"c":2}}'),
      args(0, '12345678901234567890}'),
      call(2),
      args(2, '{}'),
      STOP,
    );
    expect(content).toEqual([
      { type: 'text', text: 'Both:' },
      { type: 'tool_use', id: 'call_0', name: 't0', input: '{"a":12345678901234567890}' },
      { type: 'tool_use', id: 'call_1', name: 't1', input: '{"b":{"c":2}}' },
      { type: 'tool_use', id: 'call_2', name: 't2', input: '{}' },
    ]);
    expect(stopReason).toBe('tool_use');
  });

  test('wait no longer than until the one before is whole', () => {
    const writer = new MessageWriter();
    [START, call(0), call(1), args(1, '{"b":1}')].forEach((event) => writer.write(event));
    const out = writer.write(args(0, '{"a":1}'));
    expect(out).toContain('"index":0');
    expect(out).toContain('{\\"b\\":1}');
  });

  test('a brace within a string ends no arguments', () => {
    expect(read(call(0), args(0, '{"a":"}'), call(1), args(0, '"}'), args(1, '{}'), STOP).content).toMatchObject([
      { input: '{"a":"}"}' },
      { input: '{}' },
    ]);
  });

  test('white space behind whole arguments is no error', () => {
    expect(read(call(0), args(0, '{}'), call(1), args(0, '\n'), args(1, '{}'), STOP).content).toHaveLength(2);
  });

  test('without arguments have none to add to the empty object', () => {
    expect(read(call(0), call(1), STOP).content).toMatchObject([{ input: '' }, { input: '' }]);
  });

  test('text between two comes between them', () => {
    expect(read(call(0), args(0, '{'), text('x'), args(0, '}'), call(1), STOP).content.map(({ type }) => type)).toEqual(
      ['tool_use', 'text', 'tool_use'],
    );
  });

  test("B26 have ids that Anthropic's clients take", () => {
    expect(read(call(0, 'functions.f:0'), STOP).content).toMatchObject([
      { id: expect.stringMatching(/^toolu_[a-zA-Z0-9_-]+$/) as string },
    ]);
  });

  test('B17 bring the signature of Gemini along', () => {
    expect(
      read({ kind: 'tool_call', index: 0, id: 'a', name: 't', thoughtSignature: 's' }, STOP).content,
    ).toMatchObject([{ extra_content: { google: { thought_signature: 's' } } }]);
  });
});

test('white space alone is no text, and is kept before one', () => {
  expect(read(text('\n\n'), call(0), STOP).content.map(({ type }) => type)).toEqual(['tool_use']);
  expect(read(text('\n'), text('x'), STOP).content).toEqual([{ type: 'text', text: '\nx' }]);
});

test.each<[string, readonly HubEvent[], string]>([
  ['stop', [text('x'), STOP], 'end_turn'],
  ['length', [text('x'), { kind: 'finish', finish: 'length' }], 'max_tokens'],
  ['length within a call', [call(0), args(0, '{"a'), { kind: 'finish', finish: 'length' }], 'max_tokens'],
  ['a call that ended with stop', [call(0), args(0, '{}'), STOP], 'tool_use'],
  ['tool_calls without one', [text('x'), { kind: 'finish', finish: 'tool_calls' }], 'end_turn'],
  ['content_filter', [{ kind: 'finish', finish: 'content_filter' }], 'refusal'],
  ['a refusal in words', [{ kind: 'refusal', text: 'No.' }, STOP], 'refusal'],
])('%s is told as its stop reason', (_, events, reason) => {
  expect(read(...events)).toMatchObject({ stopReason: reason, isWhole: true });
});

test('the words of a refusal are its text', () => {
  expect(read({ kind: 'refusal', text: 'No.' }, STOP).content).toEqual([{ type: 'text', text: 'No.' }]);
});

test('a second beginning before any content begins nothing', () => {
  expect(read(START, USAGE, text('x'), STOP).message).toMatchObject({ usage: { input_tokens: 10 } });
});

test('there is no end without a finish', () => {
  const writer = new MessageWriter();
  writer.write(START);
  writer.write(text('x'));
  expect(() => writer.end()).toThrow('a stream without a finish has no end');
});
