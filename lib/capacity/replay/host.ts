/** One instance in the model of Auto Scaling, EC2 and the host on it. Times are Unix milliseconds. */
import { mapValues } from '../../map-values';
import { type BootMark, type FleetReplicaRow, REPLICA_PREFIX, type ReplicaState } from '../../tables/fleet-row';
import { type DrainReason, beginDrain } from '../drain';
import type { Market } from '../fleet-state';

/** Where instances come from: each runs out by itself. */
export interface Pool {
  readonly market: Market;
  readonly type: string;
  readonly zone: string;
}

/** How the boot of an instance goes. */
export interface Boot {
  readonly ms: number;
  /** The phase in which it fails; `null`: it does not. */
  readonly fails: string | null;
}

interface Transition {
  readonly atMs: number;
  readonly state: ReplicaState;
  readonly detail: string;
}

export interface ModelHost {
  readonly id: string;
  readonly pool: Pool;
  readonly launchMs: number;
  readonly templateVersion: string;
  readonly boot: Boot;
  /** When its boot reaches what. */
  readonly marks: Readonly<Record<BootMark, number>>;
  /** As Auto Scaling calls it. */
  lifecycle: string;
  /** Until when the open hook waits. */
  hookMs: number;
  pendingMs: number;
  endMs: number | null;
  /** What its row says, from when on. */
  transitions: readonly Transition[];
  /** Its agent writes nothing from then on. */
  silentMs: number | null;
  /** When EC2 ends it. */
  takenMs: number | null;
  /** Until when it takes requests, although it drains. */
  openUntilMs: number;
  atRisk: boolean;
  running: number;
  kvUse: number;
  /** How often its engine was started again. */
  engineFailures: number;
  /** How long its last requests take. */
  drainMs: number;
}

const BEAT_MS = 2_000;
const FIRST_ROW_MS = 30_000;
const PENDING_MS = 5_000;
const DRAIN_MS = 20_000;

/** Part of a boot after which each mark is reached. */
const BOOT_SHARES: Readonly<Record<BootMark, number>> = {
  launchedMs: 0,
  imageMs: 0.4,
  weightsMs: 0.7,
  compiledMs: 0.9,
  firstTokenMs: 1,
};

export function launchedHost(id: string, pool: Pool, templateVersion: string, boot: Boot, nowMs: number): ModelHost {
  const { ms, fails } = boot;
  return {
    id,
    pool,
    launchMs: nowMs,
    templateVersion,
    boot,
    marks: mapValues(BOOT_SHARES, (share) =>
      share === 0 ? nowMs : share < 1 || fails === null ? nowMs + share * ms : Infinity,
    ),
    lifecycle: 'Pending',
    hookMs: Infinity,
    pendingMs: nowMs + PENDING_MS,
    endMs: null,
    transitions: [
      { atMs: nowMs + Math.min(FIRST_ROW_MS, ms / 2), state: 'booting', detail: '' },
      { atMs: nowMs + ms, state: fails === null ? 'ready' : 'failed', detail: fails ?? '' },
    ],
    silentMs: null,
    takenMs: null,
    openUntilMs: -Infinity,
    atRisk: false,
    running: 0,
    kvUse: 0,
    engineFailures: 0,
    drainMs: DRAIN_MS,
  };
}

export const isEnding = ({ lifecycle }: ModelHost): boolean => lifecycle.startsWith('Terminating');

export function failHost(host: ModelHost, phase: string, nowMs: number): void {
  const past = host.transitions.filter(({ atMs }) => atMs <= nowMs);
  host.transitions = [...past, { atMs: nowMs, state: 'failed', detail: phase }];
}

/** What was under way ends where it is, and the host drains; it takes requests for as long as its gate stays open. */
export function drainHost(host: ModelHost, reason: DrainReason, fromMs: number, nowMs: number): void {
  const past = host.transitions.filter(({ atMs }) => atMs <= nowMs);
  const last = past.at(-1);
  if (last?.state === 'draining' || last?.state === 'drained' || last?.state === 'failed') return;
  // One that has not got so far as to write has nothing to drain.
  if (last === undefined) return void (host.transitions = []);
  const { refuseFromMs } = beginDrain(reason, host.takenMs ?? Infinity, fromMs);
  if (last.state === 'ready') host.openUntilMs = refuseFromMs;
  const drainedMs = Math.min(refuseFromMs + host.drainMs, host.takenMs ?? Infinity);
  host.transitions = [
    ...past,
    { atMs: fromMs, state: 'draining', detail: reason },
    { atMs: drainedMs, state: 'drained', detail: reason },
  ];
}

function heardUntilMs({ endMs, silentMs }: ModelHost, nowMs: number): number {
  const untilMs = endMs !== null && endMs < nowMs ? endMs : nowMs;
  return silentMs !== null && silentMs < untilMs ? silentMs : untilMs;
}

export const stateOf = (host: ModelHost, nowMs: number): ReplicaState | null =>
  host.transitions.findLast(({ atMs }) => atMs <= heardUntilMs(host, nowMs))?.state ?? null;

/** It takes requests. */
export function isServing(host: ModelHost, nowMs: number): boolean {
  if (host.endMs !== null || host.silentMs !== null) return false;
  const state = stateOf(host, nowMs);
  return state === 'ready' || (state === 'draining' && nowMs < host.openUntilMs);
}

/** Its row as the table has it now; `null`: it has written none. */
export function rowOf(host: ModelHost, fleet: string, nowMs: number): FleetReplicaRow | null {
  const until = heardUntilMs(host, nowMs);
  const now = host.transitions.findLast(({ atMs }) => atMs <= until);
  const first = host.transitions[0];
  if (now === undefined || first === undefined) return null;
  return {
    fleet,
    id: `${REPLICA_PREFIX}${host.id}`,
    state: now.state,
    url: 'https://10.0.0.1:8443',
    certificateSha256: '',
    heartbeatMs: until,
    sequence: Math.floor((until - first.atMs) / BEAT_MS) + 1,
    running: now.state === 'ready' ? host.running : 0,
    waiting: 0,
    kvUse: now.state === 'ready' ? host.kvUse : 0,
    detail: now.detail,
    timeline:
      host.marks.firstTokenMs <= until ? host.marks : mapValues(host.marks, (atMs) => (atMs <= until ? atMs : null)),
    engineFailures: host.engineFailures,
    atRisk: host.atRisk,
  };
}
