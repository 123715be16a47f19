/**
 * What one look says of a fleet in numbers: for metrics, nothing is decided by them.
 *
 * How many there are is as it is now. What happened is what the look before did not know yet, so each event is in the
 * counts of one look, if only that look writes down what it knows: whoever publishes them does so after that.
 */
import type { EndReason } from './actions';
import type { Host } from './hosts';
import type { Memory } from './memory';
import { givenUpFirst, interruptedFirst } from './replace';

export interface FleetCounts {
  readonly wanted: number;
  /** Replicas that are wanted and do not answer. */
  readonly missing: number;
  readonly failedBoots: number;
  /** Hosts lost to an interruption. One that was to go anyway is none. */
  readonly interruptions: number;
  /** Engines that had served and hung or ended: those that were started again in place, and those that were given up. */
  readonly engineFailures: number;
  /** Of the replicas that are ready; `null`: none is. */
  readonly load: FleetLoad | null;
}

export interface FleetLoad {
  readonly running: number;
  readonly waiting: number;
  /** Mean share of the KV cache in use, 0 to 1. */
  readonly kvUse: number;
}

/**
 * @param ends hosts that are given up in this look
 * @param before what was remembered of the hosts before it
 */
export function fleetCounts(
  wanted: number,
  hosts: readonly Host[],
  ends: ReadonlyMap<Host, EndReason>,
  before: Memory['hosts'],
): FleetCounts {
  const ready = hosts.filter(({ stage }) => stage === 'ready');
  const restarts = hosts.map(({ id, memory }) => since(before[id]?.engineFailures, memory.engineFailures));
  return {
    wanted,
    missing: Math.max(0, wanted - ready.length),
    failedBoots: givenUpFirst(ends, 'boot_failed').length,
    interruptions: interruptedFirst(hosts, before).length,
    engineFailures: sum(restarts) + givenUpFirst(ends, 'engine_failed').length,
    load: ready.length === 0 ? null : loadOf(ready),
  };
}

/** A count that is lower than before began anew, with an agent that was started again. */
const since = (before = 0, now = 0): number => (now < before ? now : now - before);

function loadOf(ready: readonly Host[]): FleetLoad {
  const rows = ready.flatMap(({ row }) => row ?? []);
  return {
    running: sum(rows.map(({ running }) => running)),
    waiting: sum(rows.map(({ waiting }) => waiting)),
    kvUse: sum(rows.map(({ kvUse }) => kvUse)) / Math.max(rows.length, 1),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
