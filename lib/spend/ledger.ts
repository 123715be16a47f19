/**
 * Units of the ledger. Money is counted in whole nano-US-dollars, so that sums are exact in whatever order they are made;
 * a month ends at midnight UTC; what is set aside is filed under the window in which its request is over at the latest.
 */

const NANO_PER_USD = 1e9;
const MINUTE_MS = 60_000;

/** Whole nano-US-dollars. Exact up to some nine million dollars. */
export const toNanoUsd = (usd: number): number => Math.round(usd * NANO_PER_USD);
export const toUsd = (nanoUsd: number): number => nanoUsd / NANO_PER_USD;

/** `2026-11`, in UTC. */
export const monthOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 7);

export function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
}

/** Months in which a reservation may still lie: this one and the one before. */
export function openMonths(nowMs: number): readonly string[] {
  const now = new Date(nowMs);
  return [monthOf(nowMs), monthOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1))];
}

/** Whole seconds until caps begin anew. */
export const secondsToNextMonth = (nowMs: number): number => Math.ceil((nextMonthMs(nowMs) - nowMs) / 1000);

export const minuteOf = (nowMs: number): number => Math.floor(nowMs / MINUTE_MS);

/** Whole seconds until rates begin anew. */
export const secondsToNextMinute = (nowMs: number): number => Math.ceil((MINUTE_MS - (nowMs % MINUTE_MS)) / 1000);

/** The longest that a request lives: Lambda's 15 minutes. */
const REQUEST_LIFE_MS = 15 * MINUTE_MS;
/** Windows are wide so that few of them are open at a time: each is an attribute of the month's one item. */
const WINDOW_MS = 20 * MINUTE_MS;
/** Clocks of functions differ by less. */
const GRACE_MS = MINUTE_MS;

/** The window in which a reservation made now is settled at the latest, by the Unix minute in which it ends. */
export const bucketOf = (nowMs: number): number =>
  (Math.floor((nowMs + REQUEST_LIFE_MS) / WINDOW_MS) * WINDOW_MS + WINDOW_MS) / MINUTE_MS;

/** Whether all requests of a window are over, so that what is left of it belongs to nobody. */
export const hasLapsed = (bucket: number, nowMs: number): boolean => nowMs >= bucket * MINUTE_MS + GRACE_MS;

/** US dollars; `null`: no cap. */
export interface LedgerCaps {
  readonly tenantUsd: number | null;
  readonly accountUsd: number | null;
}

/** Nothing to reserve is never refused for its amount: a target that costs no tokens stays open until its cap closes it. */
export const exceeds = (totalNanoUsd: number, nanoUsd: number, capUsd: number | null): boolean =>
  capUsd !== null && nanoUsd > 0 && totalNanoUsd + nanoUsd > toNanoUsd(capUsd);
