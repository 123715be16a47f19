import { bedrockConverse } from '../dialects';
import type { JsonObject } from '../../../lib/chat/dialect';
import {
  ANSWER_ID,
  CREATED_SECONDS,
  MODEL,
  type StreamRun,
  assemble,
  bytesOf,
  callOf,
  run,
  runEvents,
} from '../support';
import * as streams from '../streams/bedrock';

const { MESSAGE_START, whole, textBlock, toolBlock, start, delta, stop, messageStop, metadata, exception } = streams;
const read = (events: readonly string[], body: JsonObject = {}): StreamRun =>
  runEvents(bedrockConverse, callOf({ stream: true, ...body }), events);

test('B1, B2 text comes as chunks with one role and one finish', () => {
  const { chunks, events, last } = read(streams.text);
  const delta = (change: object, finish: string | null): object => ({
    id: ANSWER_ID,
    object: 'chat.completion.chunk',
    created: CREATED_SECONDS,
    model: MODEL,
    choices: [{ index: 0, delta: change, logprobs: null, finish_reason: finish }],
  });
  expect(chunks).toEqual([
    delta({ role: 'assistant', content: 'Hello, ' }, null),
    delta({ content: '世界 🙂' }, null),
    delta({}, 'stop'),
  ]);
  expect(events.at(-1)).toBe('[DONE]');
  expect(last).toMatchObject({ ended: true, finish: 'stop' });
});

test('B18 reasoning comes as such, and once more with its seal', () => {
  const { out, chunks } = read(streams.reasoning);
  expect(assemble(chunks)).toMatchObject({ reasoning: 'Hm.', text: 'Yes.' });
  expect(out).toContain('"thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"}]');
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

test('B9 the numbers of blocks are not those of calls', () => {
  const calls = [...toolBlock(3, 'a', '{}'), ...toolBlock(7, 'b', '{}'), ...toolBlock(9, 'c', '{}')];
  const { chunks } = read(whole('tool_use', ...calls));
  const indices = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []).map(({ index }) => index);
  expect([...new Set(indices)]).toEqual([0, 1, 2]);
});

test('B10 interleaved arguments go to their own calls', () => {
  const [startA, ...restA] = toolBlock(1, 'a', '{"x"', ':1}');
  const [startB, ...restB] = toolBlock(2, 'b', '{"y"', ':2}');
  const mixed = restA.flatMap((event, index) => [event, restB[index] ?? '']);
  const { calls } = assemble(read(whole('tool_use', startA ?? '', startB ?? '', ...mixed)).chunks);
  expect(calls.map((call) => call.arguments)).toEqual(['{"x":1}', '{"y":2}']);
});

test('B24 kinds of blocks, deltas and events that are not known do no harm', () => {
  const { chunks, last } = read(
    whole(
      'end_turn',
      start(0, undefined),
      delta(0, { citation: { title: 'x' } }),
      delta(0, { text: 'A' }),
      stop(0),
      delta(1, { reasoningContent: { redactedContent: 'AA==' } }),
      stop(1),
      '{"whatComesNext":{}}',
      delta(2, { image: { source: {} } }),
      ...textBlock(3, 'B'),
    ),
  );
  expect(assemble(chunks)).toMatchObject({ text: 'AB', reasoning: '', calls: [], finishes: ['stop'] });
  expect(last).toMatchObject({ ended: true });
});

test.each<[string, string]>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
  ['what_comes_next', 'stop'],
  ['constructor', 'stop'],
])('B6 %s is %s', (stopReason, finish) => {
  expect(assemble(read(whole(stopReason, ...textBlock(0, 'x'))).chunks).finishes).toEqual([finish]);
});

test.each(['malformed_model_output', 'malformed_tool_use'])('B6 %s is no answer', (stopReason) => {
  const { last, chunks } = read(whole(stopReason, ...textBlock(0, 'x')));
  expect(last).toMatchObject({ out: '', fault: { kind: 'invalid', status: 502 } });
  expect(assemble(chunks).finishes).toEqual([]);
});

describe('B7 the end', () => {
  const content = [MESSAGE_START, ...toolBlock(0, 'a', '{}')];

  test.each<[string, string[]]>([
    ['after the counts', [metadata(), messageStop('tool_use')]],
    ['before the counts', [messageStop('tool_use'), metadata()]],
  ])('%s has both', (_name, end) => {
    const asking = callOf({ stream: true, stream_options: { include_usage: true } });
    // The connection may stay open behind it.
    const { last, usage, events } = runEvents(bedrockConverse, asking, [...content, ...end], false);
    expect(last).toMatchObject({ ended: true, finish: 'tool_calls' });
    expect(usage).toMatchObject({ promptTokens: 10, completionTokens: 7 });
    expect(JSON.parse(events.at(-2) ?? '')).toMatchObject({ choices: [], usage: { prompt_tokens: 10 } });
    expect(events.at(-1)).toBe('[DONE]');
  });

  test('waits for the counts, and is the end without them when the connection closes', () => {
    const bytes = bytesOf([...content, messageStop('tool_use')], bedrockConverse);
    const open = run(bedrockConverse, callOf({ stream: true }), [bytes], false);
    expect(open.last.ended).toBeUndefined();
    expect(open.out).not.toContain('finish_reason":"');
    const closed = run(bedrockConverse, callOf({ stream: true }), [bytes]);
    expect(closed.last).toMatchObject({ ended: true, finish: 'tool_calls' });
    expect(closed.usage).toBeUndefined();
  });

  test('is none where the counts break off', () => {
    const bytes = bytesOf([...content, messageStop('tool_use'), metadata()], bedrockConverse);
    const { last, out } = run(bedrockConverse, callOf({ stream: true }), [bytes.slice(0, -1)]);
    expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
    expect(out).not.toContain('[DONE]');
  });
});

describe('usage', () => {
  const cached = { inputTokens: 3, cacheReadInputTokens: 100, cacheWriteInputTokens: 20, outputTokens: 7 };
  const inHub = { promptTokens: 123, completionTokens: 7, cacheReadTokens: 100, cacheWriteTokens: 20 };

  test('D1 the prompt includes what the cache read and wrote', () => {
    expect(read([...textBlock(0, 'x'), messageStop('end_turn'), metadata(cached)]).usage).toEqual({
      ...inHub,
      reasoningTokens: null,
    });
  });

  test('D3 is the same streamed and not', () => {
    const streamed = read([...textBlock(0, 'x'), messageStop('end_turn'), metadata(cached)]).usage;
    const output = { message: { role: 'assistant', content: [{ text: 'x' }] } };
    const whole = bedrockConverse.answer(callOf(), JSON.stringify({ output, stopReason: 'end_turn', usage: cached }));
    expect(whole).toMatchObject({ usage: streamed });
  });

  test('D8 is told to the caller that asked, at the end', () => {
    expect(read(streams.text, { stream_options: { include_usage: true } }).chunks.map(({ usage }) => usage)).toEqual([
      null,
      null,
      null,
      expect.objectContaining({ prompt_tokens: 10, completion_tokens: 7 }),
    ]);
    expect(read(streams.text).out).not.toContain('usage');
  });
});

test('nothing is written before the answer itself, so that an early error can be made good elsewhere', () => {
  const early = [MESSAGE_START, start(0), delta(0, { text: '' })];
  const { out, content } = runEvents(bedrockConverse, callOf({ stream: true }), early, false);
  expect({ out, content }).toEqual({ out: '', content: [] });
  expect(read([...early, ...textBlock(0, 'x')]).content).toEqual([true]);
});

test('an answer with nothing in it is whole', () => {
  expect(assemble(read(whole('end_turn')).chunks)).toMatchObject({ text: '', finishes: ['stop'] });
});

describe('B13 a second messageStart', () => {
  test('before any content is ignored', () => {
    expect(assemble(read([MESSAGE_START, ...streams.text]).chunks)).toMatchObject({ finishes: ['stop'] });
  });

  test('after content is a fault: what was sent cannot be taken back', () => {
    const { last, chunks } = read([MESSAGE_START, ...toolBlock(0, 'a', '{"v":"S').slice(0, 2), ...streams.tools]);
    expect(last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
    expect(assemble(chunks).finishes).toEqual([]);
  });
});

test.each<[string, string[]]>([
  ['without messageStop', [MESSAGE_START, ...textBlock(0, 'x'), metadata()]],
  ['without a stop reason', [MESSAGE_START, ...textBlock(0, 'x'), '{"messageStop":{}}', metadata()]],
  ['before it began', []],
])('A9 an end %s is a truncation', (_name, events) => {
  const { last, out } = read(events);
  expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
  expect(out).not.toContain('[DONE]');
});

test('B13 an end inside a tool call is a fault', () => {
  expect(read(whole('tool_use', ...toolBlock(0, 'a', '{"x":').slice(0, -1))).last).toMatchObject({
    out: '',
    fault: { kind: 'invalid' },
  });
});

test.each([
  ['throttlingException', 429],
  ['internalServerException', 500],
  ['modelStreamErrorException', 500],
  ['serviceUnavailableException', 503],
  ['modelTimeoutException', 504],
  ['validationException', 400],
  ['whatComesNextException', 502],
])('A12 an exception ends the stream: %s is %i', (type, status) => {
  const { last, chunks, out } = read([...textBlock(0, 'x'), exception(type, 'No.'), ...streams.text]);
  expect(last).toMatchObject({ out: '', fault: { kind: 'error_event', status, message: 'No.' } });
  expect(assemble(chunks)).toMatchObject({ text: 'x', finishes: [] });
  expect(out).not.toContain('[DONE]');
});

test('A12 a prompt that turns out too long in the stream is known as such', () => {
  const { last } = read([exception('validationException', 'Input is too long for requested model.')]);
  expect(last.fault).toMatchObject({ status: 400, contextLengthExceeded: true });
});

test('A13 a frame whose checksum is wrong ends the stream, and what it held is not given', () => {
  const bytes = bytesOf(streams.text, bedrockConverse);
  const at = Buffer.from(bytes).indexOf('Hello');
  bytes[at] = 'J'.charCodeAt(0);
  const { last, out } = run(bedrockConverse, callOf({ stream: true }), [bytes]);
  expect(last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
  expect(out).toBe('');
});

test.each<[string, string[]]>([
  ['a delta without anything', [MESSAGE_START, '{"contentBlockDelta":{"contentBlockIndex":0}}']],
  ['arguments without a call', [MESSAGE_START, delta(0, { toolUse: { input: '{}' } })]],
  ['an event that is no object', ['{"messageStart":[1]}']],
])('is a fault: %s', (_name, events) => {
  expect(read(events).last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
});
