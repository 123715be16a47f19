import { openAiChat } from '../../../lib/chat/openai-chat/pass-through';
import { type StreamRun, assemble, callOf, runEvents } from '../support';
import { chunk } from '../streams/openai';

const read = (...events: string[]): StreamRun => runEvents(openAiChat, callOf({ stream: true }), [...events, '[DONE]']);
const calls = (...all: object[]): string => chunk({ delta: { tool_calls: all } });
const begin = (more: object, args?: string): object => {
  const { name, ...rest } = { name: 'f', ...more };
  return { ...rest, type: 'function', function: { name, ...(args !== undefined && { arguments: args }) } };
};
const goOn = (more: object, args: string): object => ({ ...more, function: { arguments: args } });
const END = chunk({ finish: 'tool_calls' });
const seen = (run: StreamRun): unknown => assemble(run.chunks).calls.map((call) => [call.id, call.arguments]);

describe('B11 tool calls', () => {
  test.each([
    [
      'of two ids on one index',
      [
        begin({ index: 0, id: 'a' }, ''),
        goOn({ index: 0 }, '1'),
        begin({ index: 0, id: 'b' }, ''),
        goOn({ index: 0 }, '2'),
      ],
    ],
    [
      'without any index, told apart by id',
      [begin({ id: 'a' }, ''), begin({ id: 'b' }, ''), goOn({ id: 'a' }, '1'), goOn({ id: 'b' }, '2')],
    ],
    [
      'without index and id go to the last that began',
      [begin({ id: 'a' }, ''), goOn({}, '1'), begin({ id: 'b' }, ''), goOn({}, '2')],
    ],
  ])('%s', (_, deltas) => {
    expect(seen(read(...deltas.map((one) => calls(one)), END))).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('without index are told apart by their place in one chunk', () => {
    const both = calls(begin({ id: 'a' }, ''), begin({ id: 'b' }, ''));
    expect(seen(read(both, calls(goOn({}, '1'), goOn({}, '2')), END))).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('whose every piece has another id are one call', () => {
    const events = [
      calls(begin({ index: 0, id: 'a' }, '')),
      calls(goOn({ index: 0, id: 'x' }, '{"q":')),
      calls(goOn({ index: 0, id: 'y' }, '1}')),
      END,
    ];
    const run = read(...events);
    expect(run.events).toEqual([...events, '[DONE]']);
  });

  test('of two choices have numbers of their own', () => {
    const of = (index: number): string => chunk({ index, delta: { tool_calls: [begin({ id: `c${index}` }, '1')] } });
    const run = read(
      of(0),
      of(1),
      chunk({ index: 0, finish: 'tool_calls' }),
      chunk({ index: 1, finish: 'tool_calls' }),
    );
    expect(run.chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []))).toMatchObject([
      { index: 0, id: 'c0' },
      { index: 0, id: 'c1' },
    ]);
  });
});

describe('B12 arguments', () => {
  const started = begin({ index: 0, id: 'a' }, '{}');

  test('that come after a placeholder take its place', () => {
    expect(
      seen(read(calls(started), calls(goOn({ index: 0 }, '')), calls(goOn({ index: 0 }, '{"q":1}')), END)),
    ).toEqual([['a', '{"q":1}']]);
  });

  test('that stay a placeholder are what they are, told once', () => {
    expect(seen(read(calls(started), END, chunk({ finish: 'tool_calls' })))).toEqual([['a', '{}']]);
    const inOne = chunk({ delta: { tool_calls: [started] }, finish: 'tool_calls' });
    expect(read(inOne).events).toEqual([inOne, '[DONE]']);
  });
});

describe('B19 reasoning', () => {
  test('has one name', () => {
    expect(assemble(read(chunk({ delta: { reasoning: 'Hm.' } }), chunk({ finish: 'stop' })).chunks).reasoning).toBe(
      'Hm.',
    );
    const twice = read(chunk({ delta: { reasoning: 'Hm.', reasoning_content: 'Hm.' } }), chunk({ finish: 'stop' }));
    expect(twice.chunks[0]?.choices[0]?.delta).toEqual({ reasoning_content: 'Hm.' });
  });

  test('that has it already, or is empty, goes on as it came', () => {
    const events = [{ reasoning_content: 'Hm.' }, { reasoning: '' }, { reasoning: null, content: 'Yes.' }].map(
      (delta) => chunk({ delta }),
    );
    const end = chunk({ finish: 'stop' });
    expect(read(...events, end).events).toEqual([...events, end, '[DONE]']);
  });
});
