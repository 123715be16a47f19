/** Records of spot capacity, as files have them. */
import { changesMs, countAt, lengthMs, readTrace } from '../../../lib/capacity/replay/trace';

const AS_IT_IS = { capacityPerZone: 8, inverted: false };
const file = (data: readonly unknown[], gap: unknown = 300): string =>
  JSON.stringify({ metadata: { gap_seconds: gap, start: '2023-02-15' }, data });

test('a record of 0 and 1 says whether its zone has capacity, one of larger numbers how much', () => {
  const yesOrNo = readTrace('us-west-2a_v100_1.json', file([0, 1, 1]), AS_IT_IS);
  expect(yesOrNo).toEqual({ zone: 'us-west-2a', type: 'v100_1', gapMs: 300_000, counts: [0, 8, 8] });
  expect(readTrace('us-east-1f_v100_1.json', file([4, 0, 1]), AS_IT_IS).counts).toEqual([4, 0, 1]);
});

test('inverted, 1 is none, and a number is what is missing to the largest', () => {
  const inverted = { capacityPerZone: 2, inverted: true };
  expect(readTrace('a_b.json', file([0, 1, 1]), inverted).counts).toEqual([2, 0, 0]);
  expect(readTrace('a_b.json', file([4, 0, 1]), inverted).counts).toEqual([0, 4, 3]);
  expect(readTrace('a_b.json', file([0, 0]), inverted).counts).toEqual([2, 2]);
});

test('a file may be named after its zone alone', () => {
  expect(readTrace('us-west-2a.json', file([1]), AS_IT_IS)).toMatchObject({ zone: 'us-west-2a', type: 'any' });
});

test.each([
  ['no JSON', 'data: 1'],
  ['no list', JSON.stringify({ metadata: { gap_seconds: 300 }, data: 1 })],
  ['an empty list', file([])],
  ['half an instance', file([0.5])],
  ['less than none', file([-1])],
  ['no gap', JSON.stringify({ metadata: {}, data: [1] })],
  ['a gap of nothing', file([1], 0)],
])('%s is refused, with the name of the file and what is expected', (_name, text) => {
  expect(() => readTrace('us-west-2a_v100_1.json', text, AS_IT_IS)).toThrow(
    /^us-west-2a_v100_1.json is no record of spot capacity: expected .*gap_seconds/,
  );
});

test('records of different lengths and gaps are played as long as all of them were watched', () => {
  const pools = [
    readTrace('a_x.json', file([1, 1, 0, 0, 1, 0]), AS_IT_IS),
    readTrace('b_x.json', file([3, 3, 3, 2], 400), AS_IT_IS),
  ];
  expect(lengthMs(pools)).toBe(1_600_000);
  expect(changesMs(pools)).toEqual(
    [0, 600_000, 1_200_000, 1_500_000].filter((ms) => ms !== 1_500_000 || ms < 1_600_000),
  );
  expect([0, 599_999, 600_000, 1_199_999, 1_200_000, 9e9].map((ms) => countAt(pools[0]!, ms))).toEqual([
    8, 8, 0, 0, 8, 0,
  ]);
});
