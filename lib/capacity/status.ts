/** What a decision says of the fleet: its state, why, and when the next replica is expected. */
import type { BootTimeline } from '../tables/fleet-row';
import type { FleetState as State, FleetStatusRow } from '../tables/status-row';
import { NO_TIMELINE, nextReadyMs, typicalBootMs } from './boot-timeline';
import type { Host } from './hosts';
import type { Memory } from './memory';

/** Why a fleet is as it is. Closed: whoever shows them has a text for each. */
export const STATUS_REASONS = [
  '',
  'boots_failed',
  'weights_missing',
  'weights_unknown',
  'launch_limit',
  'no_capacity',
  'at_maximum',
  'drained_by_operator',
  'budget_zero',
  'budget_clamp',
] as const;
export type StatusReason = (typeof STATUS_REASONS)[number];

/** From the wish to the instance. */
const LAUNCH_MS = 60_000;

export function stateOf(before: State | null, wanted: number, hosts: readonly Host[], stuck: boolean): State {
  const ready = hosts.filter(({ stage }) => stage === 'ready').length;
  if (wanted === 0) return hosts.some(({ gone }) => !gone) ? 'draining' : 'asleep';
  if (ready >= wanted) return 'ready';
  if (stuck) return 'broken';
  if (ready > 0) return 'degraded';
  return before === 'ready' || before === 'degraded' ? 'degraded' : 'waking';
}

/** When the next replica is expected. `null`: enough are ready, or none is coming. @param staying hosts that are not given up */
export function etaMs(
  staying: readonly Host[],
  wanted: number,
  mayLaunch: boolean,
  boots: Memory['boots'],
  nowMs: number,
): FleetStatusRow['etaMs'] {
  if (staying.filter(({ stage }) => stage === 'ready').length >= wanted) return null;
  const coming = staying.filter(({ stage }) => stage === 'coming').map(progress);
  return nextReadyMs(coming, boots, nowMs) ?? (mayLaunch ? nowMs + LAUNCH_MS + typicalBootMs(boots) : null);
}

/** An engine that starts again in place has its image already. */
function progress({ row, launchMs, memory }: Host): BootTimeline {
  if (memory.readyMs !== null) return { ...NO_TIMELINE, launchedMs: launchMs, imageMs: memory.readyMs };
  return { ...(row?.timeline ?? NO_TIMELINE), launchedMs: launchMs };
}
