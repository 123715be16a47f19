/** What a decision says of the fleet: its state, why, and when the next replica is expected. */
import type { FleetState as State, FleetStatusRow } from '../tables/status-row';
import { typicalBootMs } from './breaker';
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

/** `null`: enough are ready, or none is coming. */
export function etaMs(
  hosts: readonly Host[],
  wanted: number,
  mayLaunch: boolean,
  bootsMs: Memory['bootsMs'],
  nowMs: number,
): FleetStatusRow['etaMs'] {
  const ready = hosts.filter(({ stage }) => stage === 'ready').length;
  if (ready >= wanted) return null;
  const boot = typicalBootMs(bootsMs);
  const coming = hosts.filter(({ stage }) => stage === 'coming').map(({ launchMs }) => launchMs + boot);
  if (coming.length > 0) return Math.max(Math.min(...coming), nowMs + LAUNCH_MS / 4);
  return mayLaunch ? nowMs + LAUNCH_MS + boot : null;
}
