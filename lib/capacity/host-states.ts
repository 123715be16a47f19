/**
 * The life of a GPU host as its agent sees it:
 * `booting → warming → ready → draining(reason) → drained | failed(phase)`.
 *
 * A reducer: what was seen goes in, the state and what is to be done come out. It is ready only after the engine really
 * generated something, since `/health` says 200 long before that, and of an engine that hangs too.
 */
import type { FleetReplicaRow, ReplicaState } from '../tables/fleet-row';
import { type Drain, type DrainReason, type EngineSeen, advanceDrain, beginDrain, hurryDrain, quieten } from './drain';
import { type EngineLoad, IDLE } from './engine-load';

export type HostInput =
  /** Time went by. Every other input carries the time too. */
  | { readonly kind: 'clock' }
  /** Where the boot script is. */
  | { readonly kind: 'boot'; readonly phase: string; readonly failed: boolean }
  | { readonly kind: 'engine'; readonly process: NonNullable<EngineSeen['process']> }
  | { readonly kind: 'health'; readonly answer: NonNullable<EngineSeen['health']> }
  /** `null`: the engine does not say. */
  | { readonly kind: 'load'; readonly load: EngineLoad | null }
  /** A real request for one token, or one embedding, came back. */
  | { readonly kind: 'completion'; readonly ok: boolean }
  /** The host is going to end. `endsMs`: Unix time in milliseconds. */
  | { readonly kind: 'notice'; readonly reason: DrainReason; readonly endsMs: number }
  /** EC2 sees a raised risk of interruption, without a time. Draining now would make a loss of a risk. */
  | { readonly kind: 'rebalance' };

export type HostPhase =
  | { readonly name: 'booting'; readonly sinceMs: number }
  | { readonly name: 'warming'; readonly sinceMs: number }
  | { readonly name: 'ready' }
  | { readonly name: 'draining'; readonly drain: Drain }
  | { readonly name: 'drained'; readonly reason: DrainReason }
  | { readonly name: 'failed'; readonly phase: string };

export interface HostState {
  readonly phase: HostPhase;
  readonly seen: EngineSeen;
  /** Answers of `/health` in a row that were not 200. */
  readonly misses: number;
  readonly atRisk: boolean;
}

/** What holds as long as the state does. Whoever acts brings it about, again and again if need be. */
export interface HostOrders {
  /** The gate refuses new requests. */
  readonly refuse: boolean;
  /** The engine is told to stop. */
  readonly stopEngine: boolean;
  /** The engine is asked for a completion. */
  readonly complete: boolean;
}

/** From the first sign of life to `/health`: pulling the image, loading hundreds of gigabytes of weights, compiling. */
export const BOOT_LIMIT_MS = 60 * 60_000;
/** From `/health` to the first completion: kernels are compiled for the first request on some GPUs. */
export const WARM_LIMIT_MS = 10 * 60_000;
/** A busy engine may be late once or twice. */
export const HEALTH_MISSES = 3;

export const firstState = (nowMs: number): HostState => ({
  phase: { name: 'booting', sinceMs: nowMs },
  seen: { process: null, health: null, load: null },
  misses: 0,
  atRisk: false,
});

export function step(state: HostState, input: HostInput, nowMs: number): HostState {
  const seen = see(state, input);
  return { ...seen, phase: settle(follow(seen, input, nowMs), seen, nowMs) };
}

export function orders({ phase }: HostState): HostOrders {
  switch (phase.name) {
    case 'booting':
    case 'ready':
      return { refuse: false, stopEngine: false, complete: false };
    case 'warming':
      return { refuse: false, stopEngine: false, complete: true };
    case 'draining':
      return { refuse: true, stopEngine: phase.drain.stoppedMs !== null, complete: false };
    case 'drained':
    case 'failed':
      return { refuse: true, stopEngine: true, complete: false };
  }
}

/** The part of the host's row that the state decides. */
export function report({ phase, seen }: HostState): Pick<FleetReplicaRow, 'state' | 'detail' | keyof EngineLoad> {
  const state: ReplicaState = phase.name;
  return { state, detail: detailOf(phase), ...(seen.load ?? IDLE) };
}

function detailOf(phase: HostPhase): string {
  switch (phase.name) {
    case 'booting':
    case 'warming':
    case 'ready':
      return '';
    case 'draining':
      return phase.drain.reason;
    case 'drained':
      return phase.reason;
    case 'failed':
      return phase.phase;
  }
}

/** What is known after the input, apart from what it means. */
function see(state: HostState, input: HostInput): HostState {
  switch (input.kind) {
    case 'engine': {
      const gone = input.process === 'down' || input.process === 'failed';
      return { ...state, seen: { ...state.seen, process: input.process, ...(gone ? { load: null } : {}) } };
    }
    case 'health':
      return {
        ...state,
        seen: { ...state.seen, health: input.answer, ...(input.answer === 'refused' ? { load: null } : {}) },
        misses: input.answer === 'ok' ? 0 : state.misses + 1,
      };
    case 'load':
      return { ...state, seen: { ...state.seen, load: input.load } };
    case 'rebalance':
      return { ...state, atRisk: true };
    case 'boot':
    case 'completion':
    case 'notice':
    case 'clock':
      return state;
  }
}

/** Where the input itself leads. */
function follow({ phase }: HostState, input: HostInput, nowMs: number): HostPhase {
  switch (phase.name) {
    case 'drained':
    case 'failed':
      return phase;
    case 'draining':
      if (input.kind === 'notice') return { ...phase, drain: hurryDrain(phase.drain, input.endsMs) };
      return input.kind === 'load' ? { ...phase, drain: quieten(phase.drain, input.load, nowMs) } : phase;
    case 'booting':
    case 'warming':
    case 'ready':
      break;
  }
  if (input.kind === 'notice') return { name: 'draining', drain: beginDrain(input.reason, input.endsMs) };
  if (phase.name === 'booting' && input.kind === 'boot' && input.failed) return { name: 'failed', phase: input.phase };
  if (phase.name === 'booting' && input.kind === 'health' && input.answer === 'ok') {
    return { name: 'warming', sinceMs: nowMs };
  }
  if (phase.name === 'warming' && input.kind === 'completion' && input.ok) return { name: 'ready' };
  return phase;
}

/** Where time and the engine's condition lead. */
function settle(phase: HostPhase, { seen, misses }: HostState, nowMs: number): HostPhase {
  switch (phase.name) {
    case 'drained':
    case 'failed':
      return phase;
    case 'draining': {
      const { drain, done } = advanceDrain(phase.drain, seen, nowMs);
      return done ? { name: 'drained', reason: drain.reason } : { name: 'draining', drain };
    }
    case 'booting':
      if (seen.process === 'failed') return { name: 'failed', phase: 'engine' };
      return nowMs - phase.sinceMs >= BOOT_LIMIT_MS ? { name: 'failed', phase: 'load' } : phase;
    case 'warming':
    case 'ready':
      if (seen.process === 'failed') return { name: 'failed', phase: 'engine' };
      if (isLost(seen, misses)) return { name: 'booting', sinceMs: nowMs };
      return phase.name === 'warming' && nowMs - phase.sinceMs >= WARM_LIMIT_MS
        ? { name: 'failed', phase: 'completion' }
        : phase;
  }
}

/** The engine ended, or has not answered for a while; systemd starts it again. */
const isLost = ({ process, health }: EngineSeen, misses: number): boolean =>
  process === 'down' || process === 'starting' || health === 'refused' || misses >= HEALTH_MISSES;
