/** How old a committed price is; prices are shown with it. */

const DAY_MS = 86_400_000;

/**
 * Whole days since the day of a fact, 0 for today and for days to come.
 *
 * @param asOf `YYYY-MM-DD`
 * @param nowMs Unix milliseconds
 * @throws RangeError on what is not a day
 */
export function snapshotAgeDays(asOf: string, nowMs: number): number {
  const dayMs = /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? Date.parse(`${asOf}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(dayMs)) throw new RangeError(`"${asOf}" is not a day; write it as YYYY-MM-DD`);
  return Math.max(0, Math.floor((nowMs - dayMs) / DAY_MS));
}
