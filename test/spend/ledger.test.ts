/** Units of the ledger: money in whole numbers, months, minutes and windows. */
import fc from 'fast-check';
import {
  bucketOf,
  exceeds,
  hasLapsed,
  minuteOf,
  monthOf,
  openMonths,
  secondsToNextMinute,
  secondsToNextMonth,
  toNanoUsd,
  toUsd,
} from '../../lib/spend/ledger';

const at = (iso: string): number => Date.parse(iso);
const time = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });

test.each([
  [0.1, 100_000_000],
  [0.1 + 0.2, 300_000_000],
  [1e-9, 1],
  [4e-10, 0],
  [1_000_000, 1e15],
])('%d US dollars are %d nano-US-dollars', (usd, nanoUsd) => {
  expect(toNanoUsd(usd)).toBe(nanoUsd);
});

test('whole nano-US-dollars survive the way to dollars and back', () => {
  fc.assert(fc.property(fc.nat(1e15), (nanoUsd) => expect(toNanoUsd(toUsd(nanoUsd))).toBe(nanoUsd)));
});

test.each([
  ['2026-11-21T12:00:00Z', '2026-11', ['2026-11', '2026-10']],
  ['2026-01-01T00:00:00Z', '2026-01', ['2026-01', '2025-12']],
  ['2026-12-31T23:59:59.999Z', '2026-12', ['2026-12', '2026-11']],
  ['2026-03-31T23:00:00-05:00', '2026-04', ['2026-04', '2026-03']],
])('%s is in %s', (iso, month, open) => {
  expect(monthOf(at(iso))).toBe(month);
  expect(openMonths(at(iso))).toEqual(open);
});

test('months and minutes end when the next one begins', () => {
  expect(secondsToNextMonth(at('2026-12-31T23:59:58.500Z'))).toBe(2);
  expect(secondsToNextMinute(at('2026-12-31T23:59:20Z'))).toBe(40);
  fc.assert(
    fc.property(time, (nowMs) => {
      expect(minuteOf(nowMs + secondsToNextMinute(nowMs) * 1000)).toBe(minuteOf(nowMs) + 1);
      expect(monthOf(nowMs + secondsToNextMonth(nowMs) * 1000)).not.toBe(monthOf(nowMs));
    }),
  );
});

test('a window is over only when every request that could be in it is, and not long after', () => {
  fc.assert(
    fc.property(time, (nowMs) => {
      const bucket = bucketOf(nowMs);
      expect(hasLapsed(bucket, nowMs + 15 * 60_000)).toBe(false);
      expect(hasLapsed(bucket, nowMs + 36 * 60_000)).toBe(true);
    }),
  );
});

test('few windows are open at a time', () => {
  fc.assert(
    fc.property(time, (nowMs) => {
      const open = new Set<number>();
      for (let ago = 0; ago <= 36; ago++) {
        const bucket = bucketOf(nowMs - ago * 60_000);
        if (!hasLapsed(bucket, nowMs)) open.add(bucket);
      }
      expect(open.size).toBeLessThanOrEqual(3);
    }),
  );
});

test.each([
  [0, 5e9, 5, false],
  [1, 5e9, 5, true],
  [0, 5e9 + 1, 5, true],
  [9e9, 0, 5, false],
  [9e9, 1, null, false],
])('on top of %d, %d nano-US-dollars pass a cap of %j dollars: %s', (total, nanoUsd, capUsd, expected) => {
  expect(exceeds(total, nanoUsd, capUsd)).toBe(expected);
});
