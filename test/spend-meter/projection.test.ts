import { projectedMonthUsd } from '../../lib/spend/projection';

const DAY = 86_400_000;
const NOVEMBER = Date.parse('2026-11-01T00:00:00Z');

test.each<[string, number, number, number, number]>([
  ['goes on at the mean of the month so far', 100, NOVEMBER, NOVEMBER + 10 * DAY, 300],
  ['takes the mean since spending began', 100, NOVEMBER + 10 * DAY, NOVEMBER + 20 * DAY, 200],
  ['forgets what was before this month', 100, NOVEMBER - 90 * DAY, NOVEMBER + 10 * DAY, 300],
  ['does not multiply one hour by a month', 10, NOVEMBER, NOVEMBER + DAY / 24, 10 + 10 * (30 - 1 / 24)],
  ['is what was spent at the end', 100, NOVEMBER, NOVEMBER + 30 * DAY - 1, 100],
  ['is nothing of nothing', 0, NOVEMBER, NOVEMBER + DAY, 0],
])('the projection %s', (_, spentUsd, sinceMs, nowMs, expected) => {
  expect(projectedMonthUsd(spentUsd, sinceMs, nowMs)).toBeCloseTo(expected, 5);
});
