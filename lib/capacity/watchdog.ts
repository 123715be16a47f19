/**
 * Whether an engine hangs: it has requests, and neither reads nor generates a token, while `/health` goes on saying 200.
 * Such an engine is started again in place, twice within an hour; then its host is given up.
 */
import type { EngineProgress } from './engine-load';

export interface Watch {
  /** The last count; `null`: none yet, or there is nothing to do. */
  readonly tokens: number | null;
  /** Since when it stands still, milliseconds like all here. */
  readonly sinceMs: number;
  /** When it was started again for that. */
  readonly restartsMs: readonly number[];
}

/**
 * A prompt is counted when it was read to its end: one of 128,000 tokens keeps four L40S busy with a 70B model for some
 * 85 s (2 × 70e9 × 131,072 operations at 4 × 181 TFLOPS × 0.3).
 */
export const HUNG_MS = 120_000;
export const RESTARTS = 2;
/** As systemd counts starts: `StartLimitIntervalSec` of the engine's unit. */
export const RESTARTS_WITHIN_MS = 3_600_000;

export function watched(watch: Watch, load: EngineProgress | null, nowMs: number): Watch {
  const tokens = load === null || isIdle(load) ? null : load.tokens;
  return tokens !== null && tokens === watch.tokens ? watch : { ...watch, tokens, sinceMs: nowMs };
}

/** @param load what it said last: an engine that says nothing is not known to have requests */
export const isHung = ({ tokens, sinceMs }: Watch, load: EngineProgress | null, nowMs: number): boolean =>
  load !== null && !isIdle(load) && tokens !== null && nowMs - sinceMs >= HUNG_MS;

const isIdle = ({ running, waiting }: EngineProgress): boolean => running + waiting === 0;

export const restartsLeft = ({ restartsMs }: Watch, nowMs: number): boolean =>
  restartsMs.filter((atMs) => nowMs - atMs < RESTARTS_WITHIN_MS).length < RESTARTS;
