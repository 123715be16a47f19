/** When an upstream wants to be asked again, by its headers. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whole seconds of `retry-after-ms`, or of `Retry-After` as seconds or as a date. A date is taken from the answer's own
 * `date`, so that the two clocks need not agree, and from ours only where it has none. `null`: it does not say, or not
 * when in the future.
 */
export function retryAfterSeconds(headers: IncomingHttpHeaders, nowMs: number): number | null {
  const ms = Number(headers['retry-after-ms']);
  if (Number.isFinite(ms) && ms > 0) return Math.ceil(ms / 1000);
  const said = headers['retry-after'];
  if (said === undefined) return null;
  const seconds = Number(said);
  if (Number.isFinite(seconds)) return seconds > 0 ? Math.ceil(seconds) : null;
  const untilMs = Date.parse(said);
  if (Number.isNaN(untilMs)) return null;
  const sentMs = Date.parse(headers.date ?? '');
  const left = Math.ceil((untilMs - (Number.isNaN(sentMs) ? nowMs : sentMs)) / 1000);
  return left > 0 ? left : null;
}
