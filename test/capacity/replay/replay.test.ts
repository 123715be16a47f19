/** Policies over records of spot capacity: by hand where they are simple, within bounds where they are not. */
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { limitsBroken } from '../../../bin/dev/replay/limits';
import { costAndAvailability, nameOf } from '../../../bin/dev/replay/page';
import { traceSets } from '../../../bin/dev/replay/sets';
import { type ReplayOptions, type ReplayResult, policies, replay } from '../../../lib/capacity/replay/replay';
import type { PoolTrace } from '../../../lib/capacity/replay/trace';
import { bursts } from '../../support/spot-records';

const OPTIONS: ReplayOptions = {
  demand: 2,
  bootMs: 180_000,
  noticeMs: 120_000,
  lostNotice: 0,
  spotRatio: 0.35,
  extraSpot: 0,
  answerSeconds: [5, 20],
};
const HOUR_S = 3600;

/** One zone, a number for each hour. */
const hourly = (...counts: readonly number[]): readonly PoolTrace[] => [
  { zone: 'us-east-1a', type: 'g6', gapMs: HOUR_S * 1000, counts },
];

type Named = Readonly<Record<'hybrid' | 'naive' | 'mixed' | 'spot' | 'on-demand', ReplayResult>>;
const replayed = (pools: readonly PoolTrace[], options: Partial<ReplayOptions> = {}): Named => {
  const all = { ...OPTIONS, ...options };
  return Object.fromEntries(policies(all).map((one) => [one.name, replay(pools, one, all)])) as unknown as Named;
};

test('where nothing is lost each policy costs what its instances do, and all of them serve', () => {
  const { hybrid, naive, mixed, spot, 'on-demand': onDemand } = replayed(hourly(8, 8, 8));
  expect(onDemand).toMatchObject({ hours: 3, costUsd: 6, onDemandCostUsd: 6, savingShare: 0 });
  for (const one of [hybrid, naive, spot]) {
    expect(one.costUsd).toBeCloseTo(6 * 0.35, 6);
    expect(one.savingShare).toBeCloseTo(1, 6);
  }
  // One of the two is on demand: a quarter, rounded up.
  expect(mixed.costUsd).toBeCloseTo(3 * (1 + 0.35), 6);
  for (const one of [hybrid, naive, mixed, spot, onDemand]) {
    expect(one).toMatchObject({ availability: 1, fullAvailability: 1, interruptions: 0, lost: 0, resumed: 0, held: 0 });
    expect([one.nothingReady, one.lostMinutes, one.omniscientCostUsd]).toEqual([[], [], expect.closeTo(2.1, 6)]);
  }
});

test('where all spot capacity goes at once, a boot less the notice is missing, and on-demand stands in', () => {
  const { hybrid, spot } = replayed(hourly(8, 0, 8));
  expect([hybrid.interruptions, spot.interruptions]).toEqual([2, 2]);
  // Hosts serve until 15 s before their end; their successors boot from the next look at the notice on.
  const missingS = 180 - (120 - 15);
  expect((1 - hybrid.availability) * 3 * HOUR_S).toBeGreaterThanOrEqual(missingS);
  expect((1 - hybrid.availability) * 3 * HOUR_S).toBeLessThanOrEqual(missingS + 10);
  expect(hybrid.nothingReady).toEqual([
    { fromMinute: expect.closeTo(60 + 105 / 60, 1), toMinute: expect.closeTo(60 + 185 / 60, 0) },
  ]);
  // An hour on demand for each of the two, and as long as spot boots and proves itself afterwards.
  expect(hybrid.costUsd).toBeGreaterThan(2 * 0.35 * 2 + 2);
  expect(hybrid.costUsd).toBeLessThan(2 * 0.35 * 2 + 2 * (1 + 12 / 60) + 0.1);
  // Spot alone has nothing for the hour but what the notice leaves.
  expect((1 - spot.availability) * 3 * HOUR_S).toBeGreaterThan(HOUR_S - 105);
  expect(spot.lost).toBeGreaterThan(hybrid.lost);
});

test('who waits for a minute meanwhile is lost, and what ran on the hosts when they stopped is resumed', () => {
  const { hybrid } = replayed(hourly(8, 0, 8));
  expect(hybrid.lost).toBeGreaterThan(0);
  expect(hybrid.lostMinutes).toHaveLength(1);
  expect(hybrid.lostMinutes[0]?.fromMinute).toBeCloseTo(60 + 105 / 60, 1);
  // 32 at once on each of two, at 70 %.
  expect(hybrid.resumed).toBe(Math.round(0.7 * 2 * 32));
  expect(replayed(hourly(8, 0, 8), { bootMs: 100_000 }).hybrid).toMatchObject({
    availability: 1,
    lost: 0,
    nothingReady: [],
  });
});

test('without a notice a whole boot is missing', () => {
  const { hybrid } = replayed(hourly(8, 0, 8), { lostNotice: 1 });
  expect((1 - hybrid.availability) * 3 * HOUR_S).toBeGreaterThanOrEqual(180);
  expect((1 - hybrid.availability) * 3 * HOUR_S).toBeLessThanOrEqual(191);
});

test('a spare serves while another boots, and costs its price', () => {
  const pools: readonly PoolTrace[] = ['a', 'b', 'c'].map((zone, at) => ({
    zone,
    type: 'g6',
    gapMs: HOUR_S * 1000,
    counts: at === 0 ? [8, 0, 8] : [8, 8, 8],
  }));
  const [without, withOne] = [replayed(pools).hybrid, replayed(pools, { extraSpot: 1 }).hybrid];
  expect(without.availability).toBeLessThan(1);
  expect(withOne.costUsd - without.costUsd).toBeGreaterThan(3 * 0.35 * 0.9);
  expect(withOne.availability).toBeGreaterThan(without.availability);
});

const BURSTS = [
  { zones: 6, days: 3, calmHours: 10, together: false, seed: 4 },
  { zones: 2, days: 4, calmHours: 30, together: true, seed: 5 },
  { zones: 3, days: 4, calmHours: 40, together: true, seed: 6 },
];

test.each(BURSTS)('over $days days in $zones zones, restless together: $together', (options) => {
  const pools = bursts(options);
  const all = replayed(pools, { demand: 4 });
  expect(all.hybrid.interruptions).toBeGreaterThan(5);
  expect(limitsBroken(Object.values(all))).toEqual([]);
  if (options.together) expect(all.hybrid.availability).toBeGreaterThan(all.naive.availability);
  expect(all.hybrid.costUsd).toBeLessThanOrEqual(1.05 * all.naive.costUsd);
  const deaf = replayed(pools, { demand: 4, lostNotice: 0.1 }).hybrid;
  expect(deaf.availability).toBeGreaterThanOrEqual(0.985);
});

test('a limit that is broken is told', () => {
  const { hybrid, naive } = replayed(hourly(8, 0, 8));
  expect(limitsBroken([hybrid, { ...naive, costUsd: 0, availability: 1 }])).toContain(
    'naive is cheaper and more available',
  );
  const poor = { ...hybrid, costUsd: 7, savingShare: -0.2, availability: 0.99, omniscientCostUsd: 3, lostMinutes: [] };
  expect(limitsBroken([poor])).toEqual([
    'costs 7, on-demand 6',
    'saves -0.2 of what can be saved',
    'is available 0.99 of the time',
    'costs 7, a prophet 3',
    `lost ${hybrid.lost}, and does not say when`,
  ]);
  // Where spot saves little only the price of all on-demand binds.
  expect(limitsBroken([{ ...poor, lost: 0, omniscientCostUsd: 5 }])).toEqual(['costs 7, on-demand 6']);
});

test('the same records give the same numbers', () => {
  const pools = bursts({ zones: 3, days: 1, calmHours: 5, together: true, seed: 7 });
  expect(replayed(pools, { lostNotice: 0.5 })).toEqual(replayed(pools, { lostNotice: 0.5 }));
});

const RECORDS = path.resolve(__dirname, '../../../../shared/data/spot-traces');
// The smallest, both ways: the others take longer, and `npm run docs:replay` holds all of them to the limits.
const SETS = existsSync(RECORDS) ? traceSets(RECORDS, 8).filter(({ name }) => name.includes('04-22')) : [];

(SETS.length > 0 ? describe : describe.skip)('recorded capacity, which a checkout of its own does not have', () => {
  const page = readFileSync(path.resolve(__dirname, '../../../docs/replay.md'), 'utf8');

  test.each(SETS.map((set) => [nameOf(set), set] as const))('%s', (name, { pools }) => {
    const all = replayed(pools, { demand: 4 });
    expect(limitsBroken(Object.values(all))).toEqual([]);
    // If this fails: npm run docs:replay
    const cells = Object.values(all).map((one) => costAndAvailability(one));
    expect(page).toMatch(new RegExp(`^\\| ${name} +\\| ${cells.join(' +\\| ')} +\\|$`, 'm'));
  });
});
