import { anthropicMessages } from '../dialects';
import type { JsonObject } from '../../../lib/chat/dialect';
import { CREATED_SECONDS, type StreamRun, assemble, callOf, runEvents } from '../support';
import * as streams from '../streams/anthropic';

const { whole, textBlock, toolBlock, messageStart, messageDelta, start, delta, stop, MESSAGE_STOP, PING } = streams;
const read = (events: readonly string[], body: JsonObject = {}): StreamRun =>
  runEvents(anthropicMessages, callOf({ stream: true, ...body }), events);

test('B1, B2 text comes as chunks with one role and one finish', () => {
  const { chunks, events, last } = read(streams.text);
  expect(chunks).toEqual([
    expect.objectContaining({
      id: 'msg_1',
      object: 'chat.completion.chunk',
      created: CREATED_SECONDS,
      model: 'claude',
      choices: [
        { index: 0, delta: { role: 'assistant', content: 'Hello, 世界 🙂' }, logprobs: null, finish_reason: null },
      ],
    }),
    expect.objectContaining({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }] }),
  ]);
  expect(events.at(-1)).toBe('[DONE]');
  expect(last).toMatchObject({ ended: true, finish: 'stop' });
});

test('B18 thinking comes as reasoning, its signature does not', () => {
  expect(assemble(read(streams.thinking).chunks)).toMatchObject({ reasoning: 'Hm.', text: 'Yes.' });
});

test('B8, B9, C28 tool calls are numbered from 0, their arguments complete and as written', () => {
  expect(assemble(read(streams.tools).chunks)).toMatchObject({
    text: 'Looking.',
    calls: [
      { id: 'a', name: 'tool_a', arguments: '{"q":12345678901234567890}' },
      { id: 'b', name: 'tool_b', arguments: '{}' },
    ],
    finishes: ['tool_calls'],
  });
});

test('B10 interleaved arguments go to their own calls', () => {
  const [startA, ...restA] = toolBlock(1, 'a', '{"x"', ':1}');
  const [startB, ...restB] = toolBlock(2, 'b', '{"y"', ':2}');
  const mixed = restA.flatMap((event, index) => [event, restB[index] ?? '']);
  const { calls } = assemble(read(whole('tool_use', startA ?? '', startB ?? '', ...mixed)).chunks);
  expect(calls.map((call) => call.arguments)).toEqual(['{"x":1}', '{"y":2}']);
});

test('B12 a call that begins with its whole input has it once', () => {
  const block = start(0, { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } });
  expect(assemble(read(whole('tool_use', block, stop(0))).chunks).calls[0]?.arguments).toBe('{"x":1}');
});

test('B24 kinds of blocks, deltas and events that are not known do no harm', () => {
  const { chunks, last } = read(
    whole(
      'end_turn',
      start(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      delta(0, { type: 'text_delta', text: 'not text' }),
      stop(0),
      start(1, { type: 'web_search_tool_result', content: [{ type: 'x' }] }),
      stop(1),
      '{"type":"what_comes_next"}',
      start(2, { type: 'text', text: 'A' }),
      delta(2, { type: 'citations_delta', citation: {} }),
      delta(2, { type: 'text_delta', text: 'B' }),
      stop(2),
    ),
  );
  expect(assemble(chunks)).toMatchObject({ text: 'AB', calls: [], finishes: ['stop'] });
  expect(last).toMatchObject({ ended: true });
});

test('B4 a refusal is a content filter with its explanation', () => {
  const { chunks, content } = read([
    messageStart(),
    messageDelta('refusal', { output_tokens: 5 }, { stop_details: { type: 'refusal', explanation: 'No.' } }),
    MESSAGE_STOP,
  ]);
  expect(assemble(chunks)).toMatchObject({ text: '', refusal: 'No.', finishes: ['content_filter'] });
  expect(content).toEqual([true]);
});

test('nothing is written before the answer itself, so that an early error can be made good elsewhere', () => {
  const reader = anthropicMessages.stream(callOf({ stream: true }));
  for (const event of [messageStart(), PING, start(0, { type: 'text', text: '' })]) {
    const { out, content } = reader.read(undefined, event);
    expect({ out, content }).toEqual({ out: '', content: undefined });
  }
  expect(reader.read(undefined, delta(0, { type: 'text_delta', text: 'x' }))).toMatchObject({ content: true });
});

describe('usage', () => {
  const cached = { input_tokens: 3, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 };

  test('D1 the prompt includes what the cache read and wrote', () => {
    expect(read([messageStart(cached), messageDelta('end_turn'), MESSAGE_STOP]).usage).toEqual({
      promptTokens: 123,
      completionTokens: 7,
      cacheReadTokens: 100,
      cacheWriteTokens: 20,
      reasoningTokens: null,
    });
  });

  test('D5, D6 the last counts replace the first, field by field', () => {
    const deltas = [
      messageDelta(null, { output_tokens: 4 }),
      messageDelta('end_turn', { input_tokens: 5, output_tokens: 9 }),
    ];
    expect(read([messageStart(cached), ...deltas, MESSAGE_STOP]).usage).toMatchObject({
      promptTokens: 125,
      completionTokens: 9,
    });
  });

  test('D9 of a stream that breaks is what was known', () => {
    expect(read([messageStart(cached), ...textBlock(0, 'x')]).usage).toMatchObject({ promptTokens: 123 });
  });

  test('D8 is told to the caller that asked, at the end', () => {
    expect(read(streams.text, { stream_options: { include_usage: true } }).chunks.map(({ usage }) => usage)).toEqual([
      null,
      null,
      expect.objectContaining({ prompt_tokens: 10, completion_tokens: 7 }),
    ]);
    expect(read(streams.text).out).not.toContain('usage');
  });
});

describe('B13 a second message_start', () => {
  test('before any content is ignored', () => {
    const { chunks, last } = read([messageStart(), ...streams.text]);
    expect(assemble(chunks)).toMatchObject({ text: 'Hello, 世界 🙂', finishes: ['stop'] });
    expect(last).toMatchObject({ ended: true });
  });

  test('after content is a fault: what was sent cannot be taken back', () => {
    const spliced = [messageStart(), ...toolBlock(0, 'a', '{"value":"Spark').slice(0, 2), ...streams.tools];
    const { last, chunks } = read(spliced);
    expect(last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
    expect(assemble(chunks).finishes).toEqual([]);
  });
});

describe('an end', () => {
  test('A9 is announced by message_stop only', () => {
    const { last, out } = read(streams.text.slice(0, -1));
    expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
    expect(assemble(read(streams.text.slice(0, -1)).chunks).finishes).toEqual([]);
    expect(out).not.toContain('[DONE]');
  });

  test('without a stop reason is a truncation', () => {
    expect(read([messageStart(), ...textBlock(0, 'x'), MESSAGE_STOP]).last).toMatchObject({
      fault: { kind: 'truncated' },
    });
  });

  test('B13 inside a block is a fault', () => {
    const events = whole('tool_use', ...toolBlock(0, 'a', '{"x":').slice(0, -1));
    expect(read(events).last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
  });
});

test.each([
  ['overloaded_error', 503],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['invalid_request_error', 400],
])('A14 an error event ends the stream: %s is %i', (type, status) => {
  const error = JSON.stringify({ type: 'error', error: { type, message: 'Overloaded' } });
  const { last, chunks } = read([messageStart(), ...textBlock(0, 'x'), error, ...streams.text]);
  expect(last).toMatchObject({ out: '', fault: { kind: 'error_event', status, message: 'Overloaded' } });
  expect(assemble(chunks)).toMatchObject({ text: 'x', finishes: [] });
});

test('an error event is one by its name alone', () => {
  expect(anthropicMessages.stream(callOf()).read('error', '{"error":{"message":"m"}}')).toMatchObject({
    fault: { kind: 'error_event', message: 'm' },
  });
});

test.each<[string, string[]]>([
  ['no JSON', [messageStart(), '{"type":']],
  ['content before message_start', textBlock(0, 'x')],
  ['message_start without a message', ['{"type":"message_start"}']],
  ['a block without its content', [messageStart(), '{"type":"content_block_start","index":0}']],
  ['a delta without a block', [messageStart(), delta(0, { type: 'text_delta', text: 'x' })]],
])('is a fault: %s', (_name, events) => {
  expect(read(events).last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
});
