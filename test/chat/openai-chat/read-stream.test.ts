/** Chunks through the hub: the ways in which engines differ from OpenAI, and ends that are none. */
import type { JsonObject } from '../../../lib/chat/dialect';
import { openAiThroughHub } from '../dialects';
import { type StreamRun, assemble, callOf, runEvents } from '../support';
import { DONE, ROLE, STOP, chunk } from '../streams/openai';

const read = (...events: readonly string[]): StreamRun =>
  runEvents(openAiThroughHub, callOf({ stream: true }), events, false);
const piece = (...calls: readonly JsonObject[]): string => chunk({ delta: { tool_calls: calls } });
const callsOf = (...events: readonly string[]): readonly unknown[] =>
  assemble(read(...events, chunk({ finish: 'tool_calls' }), DONE).chunks).calls;
const named = (name: string, args?: string): JsonObject => ({
  name,
  ...(args !== undefined && { arguments: args }),
});

test.each<[string, readonly string[], readonly unknown[]]>([
  [
    'B11 calls without an index are told apart by their id',
    [
      piece({ id: 'a', function: named('f', '{"x"') }),
      piece({ function: { arguments: ':1}' } }),
      piece({ id: 'b', function: named('g', '{}') }),
    ],
    [
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'b', name: 'g', arguments: '{}' },
    ],
  ],
  [
    'B11 calls that are all numbered 0 are told apart by their id',
    [
      piece({ index: 0, id: 'a', function: named('f', '{"x":1}') }),
      piece({ index: 0, id: 'b', function: named('g', '{"y":') }),
      piece({ index: 0, function: { arguments: '2}' } }),
    ],
    [
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'b', name: 'g', arguments: '{"y":2}' },
    ],
  ],
  [
    'B10 pieces of two calls in turn go where their index says',
    [
      piece({ index: 3, id: 'a', function: named('f', '') }, { index: 5, id: 'b', function: named('g', '') }),
      piece({ index: 5, function: { arguments: '{"y"' } }, { index: 3, function: { arguments: '{"x"' } }),
      piece({ index: 3, function: { arguments: ':1}' } }, { index: 5, function: { arguments: ':2}' } }),
    ],
    [
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'b', name: 'g', arguments: '{"y":2}' },
    ],
  ],
  [
    'B12 a placeholder is no part of the arguments',
    [
      piece({ index: 0, id: 'a', function: named('f', '{}') }),
      piece({ index: 0, function: { arguments: '{"x"' } }),
      piece({ index: 0, function: { arguments: ':1}' } }),
    ],
    [{ id: 'a', name: 'f', arguments: '{"x":1}' }],
  ],
  [
    'B12 `{}` that nothing follows is all of them',
    [piece({ index: 0, id: 'a', function: named('f', '{}') }), piece({ index: 0, function: { arguments: ' ' } })],
    [{ id: 'a', name: 'f', arguments: ' {}' }],
  ],
  [
    'B8 no arguments are `{}`',
    [piece({ index: 0, id: 'a', function: named('f') })],
    [{ id: 'a', name: 'f', arguments: '{}' }],
  ],
  [
    'an id that comes with every piece begins one call',
    [
      piece({ index: 0, id: 'a', function: named('f', '{"x"') }),
      piece({ index: 0, id: 'a', function: { arguments: ':1}' } }),
    ],
    [{ id: 'a', name: 'f', arguments: '{"x":1}' }],
  ],
  [
    'a call without an id has one',
    [piece({ index: 0, function: named('f', '{}') })],
    [{ id: 'call_0', name: 'f', arguments: '{}' }],
  ],
])('%s', (_, events, expected) => {
  expect(callsOf(ROLE, ...events)).toEqual(expected);
});

test.each<[string, string, string]>([
  ['stop', STOP, 'stop'],
  ['length', chunk({ finish: 'length' }), 'length'],
  ['content_filter', chunk({ finish: 'content_filter' }), 'content_filter'],
  ['function_call', chunk({ finish: 'function_call' }), 'tool_calls'],
  ['what nobody knows', chunk({ finish: 'eos' }), 'stop'],
])('%s is an end', (_, end, finish) => {
  expect(read(ROLE, end, DONE)).toMatchObject({ finish, last: { ended: true } });
});

test('an engine that was made to call a tool says `stop`, and has called it', () => {
  expect(read(piece({ index: 0, id: 'a', function: named('f', '{}') }), STOP, DONE).finish).toBe('tool_calls');
});

test.each<[string, string, object]>([
  ['abort', chunk({ finish: 'abort' }), { kind: 'aborted', status: 503 }],
  ['insufficient_system_resource', chunk({ finish: 'insufficient_system_resource' }), { kind: 'invalid', status: 502 }],
])('%s is none', (_, end, fault) => {
  const { last, out } = read(ROLE, chunk({ delta: { content: 'Hel' } }), end);
  expect(last.fault).toMatchObject(fault);
  expect(out).not.toMatch(/finish_reason":"/);
});

test('B19 thoughts have one name, whichever their engine has', () => {
  for (const field of ['reasoning', 'reasoning_content']) {
    expect(assemble(read(chunk({ delta: { [field]: 'hm' } }), STOP, DONE).chunks)).toMatchObject({ reasoning: 'hm' });
  }
});

test('a refusal and probabilities are kept', () => {
  const logprobs = { content: [{ token: 'a', logprob: -1, top_logprobs: [{ token: 'b', logprob: -2 }] }] };
  const withProbabilities = JSON.stringify({
    id: 'c',
    model: 'm',
    choices: [{ index: 0, delta: { content: 'a' }, logprobs, finish_reason: null }],
  });
  const { chunks } = read(withProbabilities, chunk({ delta: { refusal: 'no' } }), STOP, DONE);
  expect(assemble(chunks)).toMatchObject({ text: 'a', refusal: 'no' });
  expect(JSON.stringify(chunks)).toContain('"top_logprobs":[{"token":"b","logprob":-2,"bytes":null}]');
});

test('[DONE] before every choice has ended is a stream that was cut', () => {
  const { last, out } = read(
    chunk({ delta: { content: 'a' } }),
    chunk({ delta: { content: 'b' }, index: 1 }),
    STOP,
    DONE,
  );
  expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
  expect(out).not.toMatch(/finish_reason":"/);
});

test('what is no chunk ends it or is passed over', () => {
  expect(read('nonsense').last.fault).toMatchObject({ kind: 'invalid' });
  expect(read('{"error":{"message":"m","code":500}}').last.fault).toMatchObject({ kind: 'error_event', status: 500 });
  expect(read('', '{"object":"ping"}', ROLE, STOP, DONE).last).toMatchObject({ ended: true });
});
