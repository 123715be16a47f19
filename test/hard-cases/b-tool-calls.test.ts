/** B7–B17: tool calls of any provider, as a caller of chat completions gets them. */
import * as anthropic from '../chat/streams/anthropic';
import * as bedrock from '../chat/streams/bedrock';
import * as gemini from '../chat/streams/gemini';
import * as openai from '../chat/streams/openai';
import {
  MODELS,
  type Protocol,
  type Streamed,
  type World,
  askStream,
  askWhole,
  playEvents,
  playJson,
  startWorld,
} from './support';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function streamOf(protocol: Protocol, events: readonly string[]): Promise<Streamed> {
  world.upstream.serve = playEvents(protocol, events);
  return askStream(world, MODELS[protocol]);
}

const indexesOf = ({ chunks }: Streamed): number[] =>
  chunks.flatMap(({ choices }) =>
    choices
      .flatMap(({ delta }) => delta.tool_calls ?? [])
      .flatMap(({ index, id }) => (id === undefined ? [] : [index])),
  );

test('B7 metadata of Bedrock may come before messageStop', async () => {
  const call = bedrock.toolBlock(0, 'a', '{"q":1}');
  const events = [bedrock.MESSAGE_START, ...call, bedrock.metadata(), bedrock.messageStop('tool_use')];
  const answer = await streamOf('bedrock', events);
  expect(answer).toMatchObject({ calls: [{ arguments: '{"q":1}' }], finishes: ['tool_calls'], done: true });
  expect(answer.record).toMatchObject({
    usageEstimated: false,
    usage: { promptTokens: 10, completionTokens: 7 },
  });
});

test.each([
  ['anthropic', anthropic.whole('tool_use', ...anthropic.toolBlock(0, 'a', ''))],
  ['anthropic', anthropic.whole('tool_use', ...anthropic.toolBlock(0, 'a'))],
  ['bedrock', bedrock.whole('tool_use', ...bedrock.toolBlock(0, 'a', ''))],
  ['bedrock', bedrock.whole('tool_use', ...bedrock.toolBlock(0, 'a'))],
] as const)('B8 a tool call without arguments has {}: %s', async (protocol, events) => {
  expect((await streamOf(protocol, events)).calls).toMatchObject([{ id: 'a', name: 'tool_a', arguments: '{}' }]);
});

test.each([
  ['anthropic', anthropic.tools],
  ['bedrock', bedrock.tools],
  ['gemini', gemini.tools],
] as const)('B9 tool calls are numbered from 0, whatever text came before them: %s', async (protocol, events) => {
  const answer = await streamOf(protocol, events);
  expect(answer.text).toBe('Looking.');
  expect(indexesOf(answer)).toEqual([0, 1]);
  expect(answer.calls).toHaveLength(2);
});

test.each([
  [
    'anthropic',
    anthropic.whole(
      'tool_use',
      anthropic.start(0, { type: 'tool_use', id: 'a', name: 'tool_a', input: {} }),
      anthropic.start(1, { type: 'tool_use', id: 'b', name: 'tool_b', input: {} }),
      ...['{"q":', '{"p":'].map((json, at) => anthropic.delta(at, { type: 'input_json_delta', partial_json: json })),
      ...['1}', '2}'].map((json, at) => anthropic.delta(at, { type: 'input_json_delta', partial_json: json })),
      anthropic.stop(1),
      anthropic.stop(0),
    ),
  ],
  [
    'bedrock',
    bedrock.whole(
      'tool_use',
      bedrock.start(0, { toolUseId: 'a', name: 'tool_a' }),
      bedrock.start(1, { toolUseId: 'b', name: 'tool_b' }),
      ...['{"q":', '{"p":'].map((input, at) => bedrock.delta(at, { toolUse: { input } })),
      ...['1}', '2}'].map((input, at) => bedrock.delta(at, { toolUse: { input } })),
      bedrock.stop(1),
      bedrock.stop(0),
    ),
  ],
] as const)('B10 arguments of two calls that come in turns go to their own: %s', async (protocol, events) => {
  expect((await streamOf(protocol, events)).calls).toEqual([
    { id: 'a', name: 'tool_a', arguments: '{"q":1}' },
    { id: 'b', name: 'tool_b', arguments: '{"p":2}' },
  ]);
});

const deltas = (...calls: readonly object[][]): string[] => [
  ...calls.map((some) => openai.chunk({ delta: { tool_calls: some } })),
  openai.chunk({ finish: 'tool_calls' }),
  openai.DONE,
];
const begins = (id: string, more: object, args = ''): object => ({
  ...more,
  id,
  type: 'function',
  function: { name: `tool_${id}`, arguments: args },
});
const piece = (args: string, more: object = {}): object => ({ ...more, function: { arguments: args } });

test.each([
  ['no index', [[begins('a', {})], [piece('{"q":1}')], [begins('b', {})], [piece('{"p":2}')]]],
  [
    'no index, both in one chunk',
    [
      [begins('a', {}), begins('b', {})],
      [piece('{"q":1}'), piece('{"p":2}')],
    ],
  ],
  ['no index, each whole', [[begins('a', {}, '{"q":1}')], [begins('b', {}, '{"p":2}')]]],
  [
    'index 0 for both',
    [
      [begins('a', { index: 0 })],
      [piece('{"q":1}', { index: 0 })],
      [begins('b', { index: 0 })],
      [piece('{"p":2}', { index: 0 })],
    ],
  ],
])('B11 calls of an engine that gives %s are told apart', async (_, calls) => {
  const answer = await streamOf('openai', deltas(...calls));
  expect(answer.calls).toEqual([
    { id: 'a', name: 'tool_a', arguments: '{"q":1}' },
    { id: 'b', name: 'tool_b', arguments: '{"p":2}' },
  ]);
  expect(indexesOf(answer)).toEqual([0, 1]);
});

test.each([
  ['name and arguments at once', [[begins('a', { index: 0 }, '{"q":1}')]], '{"q":1}'],
  [
    'a placeholder first',
    [[begins('a', { index: 0 }, '{}')], [piece('{"q":', { index: 0 })], [piece('1}', { index: 0 })]],
    '{"q":1}',
  ],
  ['no arguments but the placeholder', [[begins('a', { index: 0 }, '{}')]], '{}'],
])('B12 a first chunk with %s is one whole JSON text in the end', async (_, calls, args) => {
  const answer = await streamOf('openai', deltas(...calls));
  expect(answer.calls).toEqual([{ id: 'a', name: 'tool_a', arguments: args }]);
  expect(answer).toMatchObject({ finishes: ['tool_calls'], done: true });
});

test('B12 input of Claude that came with the beginning of its block is told once', async () => {
  const whole = anthropic.start(0, { type: 'tool_use', id: 'a', name: 'tool_a', input: { q: 1 } });
  const alone = await streamOf('anthropic', anthropic.whole('tool_use', whole, anthropic.stop(0)));
  expect(alone.calls).toMatchObject([{ arguments: '{"q":1}' }]);
  const again = anthropic.delta(0, { type: 'input_json_delta', partial_json: '{"q":2}' });
  const both = await streamOf('anthropic', anthropic.whole('tool_use', whole, again, anthropic.stop(0)));
  expect(both.calls).toMatchObject([{ arguments: '{"q":2}' }]);
});

describe('B13 a provider that begins again', () => {
  test('before any content gives one answer with one role', async () => {
    for (const [protocol, start, events] of [
      ['anthropic', anthropic.messageStart(), anthropic.text],
      ['bedrock', bedrock.MESSAGE_START, bedrock.text],
    ] as const) {
      const answer = await streamOf(protocol, [start, ...events]);
      expect(answer).toMatchObject({ text: 'Hello, 世界 🙂', done: true });
      const roles = answer.chunks.flatMap(({ choices }) => choices[0]?.delta.role ?? []);
      expect(roles).toEqual(['assistant']);
    }
  });

  test('inside a tool call is an error, and the half of it never looks whole', async () => {
    const half = anthropic.toolBlock(0, 'a', '{"value":"Spark').slice(0, -1);
    const answer = await streamOf('anthropic', [anthropic.messageStart(), ...half, ...anthropic.tools]);
    expect(answer).toMatchObject({ finishes: [], done: false, error: { code: 'upstream_error' } });
    const ofBedrock = bedrock.toolBlock(0, 'a', '{"value":"Spark').slice(0, -1);
    expect(await streamOf('bedrock', [bedrock.MESSAGE_START, ...ofBedrock, ...bedrock.tools])).toMatchObject({
      finishes: [],
      done: false,
      error: { code: 'upstream_error' },
    });
  });
});

test('B14 a functionCall of Gemini without args has {}, streamed and whole', async () => {
  const call = gemini.called({ name: 'f' });
  const answer = await streamOf('gemini', [gemini.said(call), gemini.finish('STOP')]);
  expect(answer).toMatchObject({ calls: [{ name: 'f', arguments: '{}' }], finishes: ['tool_calls'] });
  world.upstream.serve = playJson({
    candidates: [{ ...gemini.parts(call), finishReason: 'STOP' }],
    ...gemini.usage(),
    responseId: 'r1',
  });
  const { choices } = (await askWhole(world, 'flash')).body;
  expect(choices[0]?.message.tool_calls?.[0]?.function).toEqual({ name: 'f', arguments: '{}' });
});

test('B15 arguments of Gemini that come in pieces are put together', async () => {
  const answer = await streamOf('gemini', gemini.toolsInPieces);
  expect(answer.calls.map(({ name, arguments: json }) => [name, JSON.parse(json) as unknown])).toEqual([
    ['tool_a', { q: 'Boston', list: [{ n: 1 }] }],
    ['tool_b', { 'a b': true }],
  ]);
  expect(answer.finishes).toEqual(['tool_calls']);
});

/** The next turn of a conversation: the calls as they were told, and a result for each. */
function nextTurn(calls: readonly object[]): object[] {
  const ids = calls.map((call) => (call as { id: string }).id);
  return [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: null, tool_calls: calls },
    ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'done' })),
  ];
}

interface GeminiBody {
  readonly contents: readonly { readonly parts: readonly Record<string, Record<string, unknown> | string>[] }[];
}
const partsSent = (): GeminiBody['contents'][number]['parts'] =>
  (world.upstream.requests.at(-1)?.body as GeminiBody).contents.flatMap(({ parts }) => parts);

test('B16 calls of Gemini get ids of their own, by which their results find the name again', async () => {
  const same = gemini.called({ name: 'f', args: {} });
  const { calls } = await streamOf('gemini', [
    gemini.said(same, gemini.called({ name: 'g' })),
    gemini.said(same),
    gemini.finish('STOP'),
  ]);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
  const told = calls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  await askStream(world, 'flash', { body: { messages: nextTurn(told) } });
  const names = partsSent().flatMap(
    ({ functionResponse }) => (functionResponse as { name: string } | undefined)?.name ?? [],
  );
  expect(names).toEqual(['f', 'g', 'f']);
});

test('B17 a thought signature of Gemini is told with its call, taken back, and replaced where it was lost', async () => {
  const { chunks } = await streamOf('gemini', gemini.tools);
  const told = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));
  const [signed] = told;
  expect(signed?.extra_content).toEqual({ google: { thought_signature: 'c2ln' } });

  const call = { ...signed, function: { name: 'tool_a', arguments: '{"q":1}' } };
  const signatureSent = async (messages: object[]): Promise<unknown> => {
    await askStream(world, 'gemini/gemini-3-pro-preview', { body: { messages } });
    return partsSent().find((part) => 'functionCall' in part)?.['thoughtSignature'];
  };
  expect(await signatureSent(nextTurn([call]))).toBe('c2ln');
  expect(await signatureSent(nextTurn([{ ...call, extra_content: undefined }]))).toBe(
    'skip_thought_signature_validator',
  );
});
