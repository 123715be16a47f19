/**
 * The life of a GPU host as its agent sees it:
 * `booting → warming → ready → draining(reason) → drained | failed(phase)`.
 *
 * A reducer: what was seen goes in, the state and what is to be done come out. It is ready only after the engine really
 * generated something, since `/health` says 200 long before that, and of an engine that hangs too.
 */
import type { FleetReplicaRow, ReplicaState } from '../tables/fleet-row';
import { type Drain, type DrainReason, type EngineSeen, advanceDrain, beginDrain, hurryDrain, quieten } from './drain';
import { type EngineLoad, type EngineProgress, IDLE } from './engine-load';
import type { EngineTrouble } from './engine-log';
import { HUNG_MS, type Watch, isHung, restartsLeft, watched } from './watchdog';

export type HostInput =
  /** Time went by. Every other input carries the time too. */
  | { readonly kind: 'clock' }
  /** Where the boot script is; `reason`: why it failed, as far as it says. */
  | { readonly kind: 'boot'; readonly phase: string; readonly failed: boolean; readonly reason?: string }
  /** What the engine's log says of its first start. */
  | { readonly kind: 'log'; readonly weights: boolean; readonly trouble: EngineTrouble | null }
  | { readonly kind: 'engine'; readonly process: NonNullable<EngineSeen['process']> }
  | { readonly kind: 'health'; readonly answer: NonNullable<EngineSeen['health']> }
  /** `null`: the engine does not say. */
  | { readonly kind: 'load'; readonly load: EngineProgress | null }
  /** The engine was told to start again. */
  | { readonly kind: 'restarted' }
  /** A real request for one token, or one embedding, came back. */
  | { readonly kind: 'completion'; readonly ok: boolean }
  /** The host is going to end. `endsMs`: Unix time in milliseconds. */
  | { readonly kind: 'notice'; readonly reason: DrainReason; readonly endsMs: number }
  /** EC2 sees a raised risk of interruption, without a time. Draining now would make a loss of a risk. */
  | { readonly kind: 'rebalance' };

export type HostPhase =
  /** `restart`: of a hung engine: to be asked for, or asked for and not seen yet. */
  | { readonly name: 'booting'; readonly sinceMs: number; readonly restart: 'wanted' | 'asked' | null }
  | { readonly name: 'warming'; readonly sinceMs: number }
  | { readonly name: 'ready' }
  | { readonly name: 'draining'; readonly drain: Drain }
  | { readonly name: 'drained'; readonly reason: DrainReason }
  /** `reason`: empty if it is not known. */
  | { readonly name: 'failed'; readonly phase: string; readonly reason: string };

export interface HostState {
  readonly phase: HostPhase;
  readonly seen: EngineSeen;
  /** Answers of `/health` in a row that were not 200. */
  readonly misses: number;
  readonly atRisk: boolean;
  readonly watch: Watch;
  /** How often the engine hung or ended after it had served, and was started again. */
  readonly engineFailures: number;
  readonly boot: {
    /** Where the boot script is; `done` at its end, empty before it said anything. */
    readonly phase: string;
    readonly weightsLoaded: boolean;
    readonly trouble: EngineTrouble | null;
    /** It was ready once: what its log said before says nothing of what comes. */
    readonly served: boolean;
  };
}

/** What holds as long as the state does. Whoever acts brings it about, again and again if need be. */
export interface HostOrders {
  /** The gate refuses new requests. */
  readonly refuse: boolean;
  /** The engine is told to stop. */
  readonly stopEngine: boolean;
  /** The engine is told to start again, once: `restarted` is the answer. */
  readonly restartEngine: boolean;
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
  phase: { name: 'booting', sinceMs: nowMs, restart: null },
  seen: { process: null, health: null, load: null },
  misses: 0,
  atRisk: false,
  watch: { tokens: null, sinceMs: nowMs, restartsMs: [] },
  engineFailures: 0,
  boot: { phase: '', weightsLoaded: false, trouble: null, served: false },
});

export function step(state: HostState, input: HostInput, nowMs: number): HostState {
  const seen = see(state, input, nowMs);
  const phase = settle(follow(seen, input, nowMs), seen, nowMs);
  const restarts = phase.name === 'booting' && phase.restart === 'wanted' && restartOf(state.phase) !== 'wanted';
  const lost = phase.name === 'booting' && state.phase.name !== 'booting' && state.boot.served;
  return {
    ...seen,
    phase,
    ...(phase.name === 'ready' && { boot: { ...seen.boot, served: true } }),
    ...(lost && { engineFailures: seen.engineFailures + 1 }),
    ...(restarts && { watch: { ...seen.watch, restartsMs: [...seen.watch.restartsMs, nowMs] } }),
  };
}

const restartOf = (phase: HostPhase): 'wanted' | 'asked' | null => (phase.name === 'booting' ? phase.restart : null);

export function orders({ phase }: HostState): HostOrders {
  switch (phase.name) {
    case 'booting':
      return { ...NOTHING, restartEngine: phase.restart === 'wanted' };
    case 'ready':
      return NOTHING;
    case 'warming':
      return { ...NOTHING, complete: true };
    case 'draining':
      return { ...NOTHING, refuse: phase.drain.refusing, stopEngine: phase.drain.stoppedMs !== null };
    case 'drained':
    case 'failed':
      return { ...NOTHING, refuse: true, stopEngine: true };
  }
}

const NOTHING: HostOrders = { refuse: false, stopEngine: false, restartEngine: false, complete: false };

/** The part of the host's row that the state decides. */
export type HostReport = Required<
  Pick<FleetReplicaRow, 'state' | 'detail' | 'open' | 'atRisk' | 'engineFailures' | keyof EngineLoad>
>;

export function report(state: HostState): HostReport {
  const { running, waiting, kvUse } = state.seen.load ?? IDLE;
  const name: ReplicaState = state.phase.name;
  const { atRisk, engineFailures } = state;
  const open = state.phase.name === 'draining' && !state.phase.drain.refusing;
  return { state: name, detail: detailOf(state), running, waiting, kvUse, open, atRisk, engineFailures };
}

function detailOf({ phase, boot }: HostState): string {
  switch (phase.name) {
    case 'booting':
      return phase.restart === null ? whereIn(boot) : 'hung';
    case 'warming':
      return 'first token';
    case 'ready':
      return '';
    case 'draining':
      return phase.drain.reason;
    case 'drained':
      return phase.reason;
    case 'failed':
      return phase.reason === '' ? phase.phase : `${phase.phase}: ${phase.reason}`;
  }
}

/** The script first, then what the engine does, which it says nothing of. */
function whereIn({ phase, weightsLoaded, served }: HostState['boot']): string {
  if (served) return 'engine';
  if (phase !== 'done' && phase !== 'engine') return phase;
  return weightsLoaded ? 'compile' : 'weights';
}

/** What is known after the input, apart from what it means. */
function see(state: HostState, input: HostInput, nowMs: number): HostState {
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
      return { ...state, seen: { ...state.seen, load: input.load }, watch: watched(state.watch, input.load, nowMs) };
    case 'rebalance':
      return { ...state, atRisk: true };
    case 'boot':
      return { ...state, boot: { ...state.boot, phase: input.phase } };
    case 'log':
      return {
        ...state,
        boot: {
          ...state.boot,
          weightsLoaded: state.boot.weightsLoaded || input.weights,
          trouble: input.trouble ?? state.boot.trouble,
        },
      };
    case 'restarted':
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
  if (input.kind === 'notice') return { name: 'draining', drain: beginDrain(input.reason, input.endsMs, nowMs) };
  if (phase.name === 'booting') return followBoot(phase, input, nowMs);
  if (phase.name === 'warming' && input.kind === 'completion' && input.ok) return { name: 'ready' };
  return phase;
}

function followBoot(phase: HostPhase & { readonly name: 'booting' }, input: HostInput, nowMs: number): HostPhase {
  if (input.kind === 'boot' && input.failed) {
    return { name: 'failed', phase: input.phase, reason: input.reason ?? '' };
  }
  if (phase.restart !== null) {
    // An engine that hangs says that it is well until it is gone, so what counts is that it was seen to be gone.
    const gone =
      (input.kind === 'health' && input.answer === 'refused') ||
      (input.kind === 'engine' && (input.process === 'starting' || input.process === 'down'));
    if (gone && phase.restart === 'asked') return { ...phase, restart: null };
    return input.kind === 'restarted' ? { ...phase, restart: 'asked' } : phase;
  }
  return input.kind === 'health' && input.answer === 'ok' ? { name: 'warming', sinceMs: nowMs } : phase;
}

/** Where time and the engine's condition lead. */
function settle(phase: HostPhase, state: HostState, nowMs: number): HostPhase {
  const { seen, misses, watch, boot } = state;
  switch (phase.name) {
    case 'drained':
    case 'failed':
      return phase;
    case 'draining': {
      const { drain, done } = advanceDrain(phase.drain, seen, nowMs);
      return done ? { name: 'drained', reason: drain.reason } : { name: 'draining', drain };
    }
    case 'booting':
      if (seen.process === 'failed' || hasOutgrown(state)) return broken(boot);
      // It served before, still listens, and says nothing.
      if (boot.served && seen.health === 'bad' && phase.restart === null && nowMs - phase.sinceMs >= HUNG_MS) {
        return hung(state, nowMs);
      }
      return nowMs - phase.sinceMs >= BOOT_LIMIT_MS ? { name: 'failed', phase: 'load', reason: '' } : phase;
    case 'warming':
    case 'ready':
      if (seen.process === 'failed' || hasOutgrown(state)) return broken(boot);
      if (phase.name === 'ready' && isHung(watch, seen.load, nowMs)) return hung(state, nowMs);
      if (isLost(seen, misses)) return { name: 'booting', sinceMs: nowMs, restart: null };
      return phase.name === 'warming' && nowMs - phase.sinceMs >= WARM_LIMIT_MS
        ? { name: 'failed', phase: 'completion', reason: '' }
        : phase;
  }
}

/** Restarted in place, or given up where that did not help. */
const hung = ({ watch }: HostState, nowMs: number): HostPhase =>
  restartsLeft(watch, nowMs)
    ? { name: 'booting', sinceMs: nowMs, restart: 'wanted' }
    : { name: 'failed', phase: 'hung', reason: '' };

/** An engine for which there is not enough memory: each further start would cost as much as the first and end there too. */
const hasOutgrown = ({ seen, boot }: HostState): boolean =>
  !boot.served && boot.trouble?.phase === 'memory' && (seen.process === 'starting' || seen.process === 'down');

const broken = ({ trouble, served }: HostState['boot']): HostPhase =>
  trouble === null || served
    ? { name: 'failed', phase: 'engine', reason: '' }
    : { name: 'failed', phase: trouble.phase, reason: trouble.reason };

/** The engine ended, or has not answered for a while; systemd starts it again. */
const isLost = ({ process, health }: EngineSeen, misses: number): boolean =>
  process === 'down' || process === 'starting' || health === 'refused' || misses >= HEALTH_MISSES;
