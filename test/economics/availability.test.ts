/** Expected availability of spot replicas. */
import fc from 'fast-check';
import {
  type Interruptions,
  TOGETHER_IN_ONE_POOL,
  awayShare,
  expectedAvailability,
} from '../../lib/economics/availability';

/** 1 − 1/e of the hosts in a month is one interruption in 730 hours. */
const MONTHLY: Interruptions = {
  interruptedPerMonth: 1 - Math.exp(-1),
  bootSeconds: 1_800,
  capacityWaitSeconds: 1_800,
  servedNoticeSeconds: 0,
  togetherShare: 0,
};

test('an hour away after each 730 is one hour in 731', () => {
  expect(awayShare(MONTHLY)).toBeCloseTo(1 / 731, 12);
  expect(expectedAvailability(1, MONTHLY)).toBeCloseTo(730 / 731, 12);
});

test('a second and a third replica in other pools multiply', () => {
  expect(1 - expectedAvailability(2, MONTHLY)).toBeCloseTo((1 / 731) ** 2, 12);
  expect(1 - expectedAvailability(3, MONTHLY)).toBeCloseTo((1 / 731) ** 3, 12);
});

test('in one pool a second replica hardly helps', () => {
  const together = { ...MONTHLY, togetherShare: TOGETHER_IN_ONE_POOL };
  expect(expectedAvailability(1, together)).toBeCloseTo(730 / 731, 12);
  expect(1 - expectedAvailability(2, together)).toBeCloseTo(0.92 / 731 + 0.08 / 731 ** 2, 12);
});

test('a notice in which the host still serves hides as much of the boot', () => {
  const away = (served: number): number =>
    awayShare({ ...MONTHLY, capacityWaitSeconds: 0, servedNoticeSeconds: served });
  expect(away(0)).toBeCloseTo(0.5 / 730.5, 12);
  expect(away(120)).toBeCloseTo((0.5 - 1 / 30) / (730.5 - 1 / 30), 12);
  expect(away(3_600)).toBe(0);
});

test('without replicas nothing answers, without interruptions always', () => {
  expect(expectedAvailability(0, MONTHLY)).toBe(0);
  expect(expectedAvailability(1, { ...MONTHLY, interruptedPerMonth: 0 })).toBe(1);
});

test('property: more replicas, rarer interruptions and quicker boots never make it worse', () => {
  const share = fc.double({ min: 0, max: 0.99, noNaN: true });
  const seconds = fc.nat(10_000);
  const interruptions = fc.record({
    interruptedPerMonth: share,
    bootSeconds: seconds,
    capacityWaitSeconds: seconds,
    servedNoticeSeconds: fc.nat(120),
    togetherShare: share,
  });
  fc.assert(
    fc.property(interruptions, fc.integer({ min: 1, max: 5 }), (one, replicas) => {
      const now = expectedAvailability(replicas, one);
      expect(now).toBeGreaterThanOrEqual(0);
      expect(now).toBeLessThanOrEqual(1);
      expect(expectedAvailability(replicas + 1, one)).toBeGreaterThanOrEqual(now - 1e-12);
      const better = [
        { ...one, interruptedPerMonth: one.interruptedPerMonth * 0.8 },
        { ...one, bootSeconds: one.bootSeconds * 0.8 },
        { ...one, capacityWaitSeconds: one.capacityWaitSeconds * 0.8 },
        { ...one, togetherShare: one.togetherShare * 0.8 },
        { ...one, servedNoticeSeconds: one.servedNoticeSeconds + 10 },
      ];
      for (const change of better) expect(expectedAvailability(replicas, change)).toBeGreaterThanOrEqual(now - 1e-12);
    }),
  );
});
