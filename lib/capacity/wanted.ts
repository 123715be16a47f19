/**
 * How many replicas are wanted: the minimum of now, or what the load needs, or one for those who wait; never more than the
 * maximum. Each number that was needed is wanted until nobody has needed it for the idle time, so load that comes and goes
 * starts and stops nothing.
 */
import type { FleetState } from './fleet-state';
import type { Host } from './hosts';
import { type Memory, largestWithin, seen } from './memory';
import { scheduledMin } from './schedule';
import { coveredWakes } from './wake';

export interface Wanted {
  readonly wanted: number;
  readonly neededMs: Memory['neededMs'];
  readonly coveredFromNanoUsd: number;
}

/** The controller looks once a minute; what it saw must not be forgotten before it can act. */
const LEAST_IDLE_MS = 3 * 60_000;
/** Share of a replica's sequences that may be in use before another one is needed. */
const FULL_SHARE = 0.8;
/** Mean share of the KV cache from which on requests will soon wait for memory. */
const FULL_KV = 0.85;

export function want(
  state: FleetState,
  hosts: readonly Host[],
  memory: Memory,
  typicalBootMs: number,
  nowMs: number,
): Wanted {
  const { settings, wake } = state;
  const { minReplicas, maxReplicas, schedules } = settings;
  const idleMs = Math.max(settings.idleMs, LEAST_IDLE_MS);
  const covered = wake?.coveredNanoUsd ?? 0;
  if (memory.drained || memory.stage === 'zero') return { wanted: 0, neededMs: {}, coveredFromNanoUsd: covered };

  const ready = hosts.filter(({ stage }) => stage === 'ready');
  const least = scheduledMin(schedules, nowMs) ?? minReplicas;
  let neededMs = seen(memory.neededMs, Math.min(neededBy(ready, settings.concurrency), maxReplicas), idleMs, nowMs);
  neededMs = withHeld(neededMs, settings.wake === 'never' ? 0 : (wake?.heldMs ?? 0), nowMs);

  // Whatever it was that counted, a row that was made anew begins at zero.
  let coveredFromNanoUsd = Math.min(memory.coveredFromNanoUsd, covered);
  const price = state.hostUsdPerHour;
  const asleep = ready.length === 0 && largestWithin(neededMs, idleMs, nowMs) === 0 && least === 0;
  if (asleep && settings.wake === 'fair' && price !== null) {
    const wakes = coveredWakes(covered - coveredFromNanoUsd, { bootMs: typicalBootMs, idleMs, hostUsdPerHour: price });
    if (wakes) neededMs = { ...neededMs, 1: nowMs };
  }
  // While it boots nobody can ask it anything; that is not idleness.
  const boots = ready.length === 0 && hosts.some(({ stage }) => stage === 'coming');
  if (boots && largestWithin(neededMs, idleMs, nowMs) > 0) neededMs = { ...neededMs, 1: nowMs };

  const wanted = Math.min(Math.max(least, largestWithin(neededMs, idleMs, nowMs)), maxReplicas);
  if (wanted > 0 || ready.length > 0) coveredFromNanoUsd = covered;
  return {
    wanted: memory.stage === 'clamp' ? Math.min(wanted, Math.max(least, 1)) : wanted,
    neededMs,
    coveredFromNanoUsd,
  };
}

/** By requests that run and wait, and by the memory that they take. */
function neededBy(ready: readonly Host[], concurrency: number): number {
  const rows = ready.flatMap(({ row }) => row ?? []);
  const requests = rows.reduce((sum, { running, waiting }) => sum + running + waiting, 0);
  const kvUse = rows.reduce((sum, row) => sum + row.kvUse, 0) / Math.max(rows.length, 1);
  const byRequests = Math.ceil(requests / (concurrency * FULL_SHARE));
  return kvUse > FULL_KV ? Math.max(byRequests, rows.length + 1) : byRequests;
}

/** A request that waits and may go nowhere else needs one replica from when it came. */
function withHeld(neededMs: Memory['neededMs'], heldMs: number, nowMs: number): Memory['neededMs'] {
  // By another machine's clock, which may be ahead.
  const atMs = Math.min(heldMs, nowMs);
  return atMs > (neededMs[1] ?? 0) ? { ...neededMs, 1: atMs } : neededMs;
}
