/**
 * How many instances may still be launched: at most six for each wanted replica in an hour, whoever launches them. A group
 * replaces what dies by itself, so at the limit its launching is suspended.
 */
import type { FleetState } from './fleet-state';
import { type Host, launchedWithin } from './hosts';
import { type Memory, largestWithin } from './memory';

export const LAUNCHES_PER_REPLICA = 6;
export const LIMIT_WINDOW_MS = 3_600_000;

export interface LaunchLimit {
  /** Launches that are left. */
  readonly left: number;
  /** Whether even the replacement of all that run now would exceed it. */
  readonly reached: boolean;
}

export function launchLimit(
  hosts: readonly Host[],
  ec2: FleetState['ec2'],
  wantedMs: Memory['wantedMs'],
  nowMs: number,
): LaunchLimit {
  const most = LAUNCHES_PER_REPLICA * Math.max(1, largestWithin(wantedMs, LIMIT_WINDOW_MS, nowMs));
  const launched = launchedWithin(hosts, ec2, LIMIT_WINDOW_MS, nowMs);
  const staying = hosts.filter(({ stage }) => stage !== 'leaving').length;
  const left = Math.max(0, most - launched);
  return { left, reached: left === 0 || launched + staying > most };
}
