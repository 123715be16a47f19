import fc from 'fast-check';
import { isFull, rankReplicas } from '../../lib/policy/affinity';

const replica = (id: string, rest: { ready?: boolean; running?: number; waiting?: number } = {}) => ({
  id,
  ready: true,
  running: 0,
  ...rest,
});
const FREE = { concurrency: 4, isCooling: () => false };
const ids = (replicas: readonly { id: string }[]): string[] => replicas.map(({ id }) => id);

test('a conversation has one first replica, whatever order they are listed in', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 }),
      fc.string(),
      fc.nat(),
      (names, conversation, turn) => {
        const listed = names.map((id) => replica(id));
        const turned = [...listed.slice(turn % listed.length), ...listed.slice(0, turn % listed.length)];
        expect(rankReplicas(turned, conversation, FREE)[0]).toEqual(rankReplicas(listed, conversation, FREE)[0]);
      },
    ),
  );
});

test('a replica that goes takes no other conversation along', () => {
  const all = ['a', 'b', 'c', 'd'].map((id) => replica(id));
  for (let index = 0; index < 200; index++) {
    const before = ids(rankReplicas(all, `conversation ${index}`, FREE))[0];
    const after = ids(
      rankReplicas(
        all.filter(({ id }) => id !== 'd'),
        `conversation ${index}`,
        FREE,
      ),
    )[0];
    if (before !== 'd') expect(after).toBe(before);
  }
});

test('conversations spread over the replicas', () => {
  const all = ['http://10.0.0.1:8000', 'http://10.0.0.2:8000', 'http://10.0.0.3:8000'].map((id) => replica(id));
  const firsts = Array.from({ length: 600 }, (_, index) => ids(rankReplicas(all, `conversation ${index}`, FREE))[0]);
  for (const { id } of all) expect(firsts.filter((first) => first === id).length).toBeGreaterThan(140);
});

/** The first choice of this conversation, so that what pushes it back is seen. */
const [favourite = ''] = ids(rankReplicas([replica('a'), replica('b')], 'talk', FREE));
const other = favourite === 'a' ? 'b' : 'a';

test.each([
  ['is not ready', [replica(favourite, { ready: false }), replica(other)], FREE],
  ['cools', [replica(favourite), replica(other)], { ...FREE, isCooling: (id: string) => id === favourite }],
  ['is full', [replica(favourite, { running: 4 }), replica(other, { running: 3 })], FREE],
  ['has a queue', [replica(favourite, { running: 2, waiting: 2 }), replica(other, { running: 3 })], FREE],
  ['is twice as full', [replica(favourite, { running: 4, waiting: 4 }), replica(other, { running: 7 })], FREE],
])('a replica that %s goes last, but stays', (_, replicas, limits) => {
  expect(ids(rankReplicas(replicas, 'talk', limits))).toEqual([other, favourite]);
});

test('one that is not ready comes after one that cools, and that after a full one', () => {
  const replicas = [replica('down', { ready: false }), replica('cooling'), replica('full', { running: 9 })];
  const limits = { concurrency: 4, isCooling: (id: string) => id === 'cooling' };
  expect(ids(rankReplicas(replicas, 'talk', limits))).toEqual(['full', 'cooling', 'down']);
});

test('a conversation stays where it is as long as the load there is within the same bound', () => {
  const replicas = [replica(favourite, { running: 3 }), replica(other)];
  expect(ids(rankReplicas(replicas, 'talk', FREE))).toEqual([favourite, other]);
});

describe('a fleet is full', () => {
  const queue = (id: string, waiting: number): ReturnType<typeof replica> => replica(id, { running: 4, waiting });

  test('when at each ready replica more wait than it serves at once', () => {
    expect(isFull([queue('a', 5), queue('b', 9), replica('down', { ready: false })], 4)).toBe(true);
  });

  test.each([
    ['one has as many', [queue('a', 5), queue('b', 4)]],
    ['none is ready', [replica('down', { ready: false, waiting: 9 })]],
    ['there is none', []],
    ['it is only busy', [replica('a', { running: 40 })]],
  ])('but not when %s', (_, replicas) => {
    expect(isFull(replicas, 4)).toBe(false);
  });
});
