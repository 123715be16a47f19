/**
 * How a host stops serving: its row says so, routers have a moment to read it, the gate refuses new requests, those that run
 * finish or run out of time, the engine is told to stop, and what it still does is waited for briefly. No step waits for
 * anybody outside the host.
 */
import type { EngineLoad, EngineProgress } from './engine-load';

/** `interruption`: EC2 takes a spot instance back; `termination`: its group gives it up; `shutdown`: the system stops. */
export type DrainReason = 'interruption' | 'termination' | 'shutdown';

export interface Drain {
  readonly reason: DrainReason;
  /** The engine is told to stop no later, whatever still runs. Unix time in milliseconds, as all here. */
  readonly stopByMs: number;
  /** The gate refuses from then on. */
  readonly refuseFromMs: number;
  readonly refusing: boolean;
  /** Since when nothing runs; `null`: something does, or it is not known. */
  readonly quietSinceMs: number | null;
  /** When the engine was told to stop; `null`: not yet. */
  readonly stoppedMs: number | null;
}

/** What a drain looks at. `null`: not known. */
export interface EngineSeen {
  /** The process: `down` after a stop, `failed` when it is no longer started again. */
  readonly process: 'down' | 'starting' | 'up' | 'failed' | null;
  /** Answer to `/health`: `refused`: nobody listens; `bad`: late, or another status than 200. */
  readonly health: 'ok' | 'refused' | 'bad' | null;
  readonly load: EngineProgress | null;
}

/** Between SIGTERM and the end of the host: time for the engine to end and for the router to go on elsewhere. */
export const STOP_BEFORE_END_MS = 15_000;
/** A stopped engine is waited for no longer. */
export const STOP_WAIT_MS = 10_000;
/**
 * Routers read the table every two seconds while requests come. A gate that closed before they have read of it would refuse
 * requests that nobody else can take where all hosts drain at once; so they are served, and have the rest of the notice.
 */
export const REFUSE_AFTER_MS = 5_000;
/** A request may be on its way through the gate when the gate closes: so long must nothing run. */
export const QUIET_MS = 2_000;

/**
 * Whoever takes an interrupted host's place boots for longer than the notice lasts. So its gate stays open until the engine is
 * stopped, for requests that no other replica can take.
 */
export const beginDrain = (reason: DrainReason, endsMs: number, nowMs: number): Drain => ({
  reason,
  stopByMs: endsMs - STOP_BEFORE_END_MS,
  refuseFromMs: Math.max(nowMs + REFUSE_AFTER_MS, reason === 'interruption' ? endsMs - STOP_BEFORE_END_MS : -Infinity),
  refusing: false,
  quietSinceMs: null,
  stoppedMs: null,
});

/** A further notice: the first reason stays, the nearer end counts. */
export const hurryDrain = (drain: Drain, endsMs: number): Drain => ({
  ...drain,
  stopByMs: Math.min(drain.stopByMs, endsMs - STOP_BEFORE_END_MS),
});

/** What the engine says of its load, while it drains. Only what it said since the gate is closed counts. */
export function quieten(drain: Drain, load: EngineLoad | null, nowMs: number): Drain {
  if (!drain.refusing || load === null || load.running + load.waiting > 0) return { ...drain, quietSinceMs: null };
  const quietSinceMs = drain.quietSinceMs ?? nowMs;
  return { ...drain, quietSinceMs, stoppedMs: drain.stoppedMs ?? (nowMs - quietSinceMs >= QUIET_MS ? nowMs : null) };
}

/** The drain as it stands now; `done`: nothing of the engine is left, or it was waited for long enough. */
export function advanceDrain(
  drain: Drain,
  { process, health }: EngineSeen,
  nowMs: number,
): { drain: Drain; done: boolean } {
  const gone = process === 'down' || process === 'failed';
  const mayStop = gone || health === 'refused' || nowMs >= drain.stopByMs;
  const stoppedMs = drain.stoppedMs ?? (mayStop ? nowMs : null);
  return {
    drain: { ...drain, stoppedMs, refusing: drain.refusing || stoppedMs !== null || nowMs >= drain.refuseFromMs },
    done: stoppedMs !== null && (gone || nowMs - stoppedMs >= STOP_WAIT_MS),
  };
}
