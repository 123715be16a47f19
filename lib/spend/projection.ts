/** What a month comes to if it goes on as it has so far. */
import { nextMonthMs } from './ledger';
import { monthStartMs } from './months';

const DAY_MS = 86_400_000;

/**
 * US dollars at the end of the month: what is spent, and the mean of the time it was spent in for what is left. In the
 * first day that mean is of a whole day, so that one busy hour is not multiplied by a month.
 *
 * @param sinceMs when spending began, Unix milliseconds
 */
export function projectedMonthUsd(spentUsd: number, sinceMs: number, nowMs: number): number {
  const spentInMs = Math.max(nowMs - Math.max(sinceMs, monthStartMs(nowMs)), DAY_MS);
  return spentUsd + (spentUsd / spentInMs) * Math.max(nextMonthMs(nowMs) - nowMs, 0);
}
