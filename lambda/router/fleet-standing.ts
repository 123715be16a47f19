/** How a fleet stands for the next request, and what may be hoped of it if there is no replica. */
import { isFull } from '../../lib/policy/affinity';
import { type Looked, outlook, retryAfterSeconds } from '../../lib/policy/outlook';
import type { Draining } from './draining';
import type { InFlight } from './in-flight';
import type { LaneRuntime } from './runtime';
import type { ReplicaRow } from './stores/stores';

/** `empty`: no replica is ready, and one can come without anybody changing the config. */
export type FleetStanding = 'open' | 'full' | 'empty';

/** What this process knows of replicas that their rows cannot say yet. */
export interface OwnKnowledge {
  readonly inFlight: InFlight;
  readonly draining: Draining;
}

export async function standingOf(
  { plan, replicas }: LaneRuntime,
  fleet: string,
  known: OwnKnowledge,
): Promise<FleetStanding> {
  const rows = upToDate(await replicas.rows(fleet), known);
  if (isFull(rows, plan.fleets[fleet]?.concurrency ?? Infinity)) return 'full';
  return comeAndGo({ plan, replicas }, fleet) && !rows.some(({ ready }) => ready) ? 'empty' : 'open';
}

/** Its replicas come by themselves, and go. */
export const comeAndGo = ({ plan, replicas }: Pick<LaneRuntime, 'plan' | 'replicas'>, fleet: string): boolean =>
  replicas.changes === true && plan.fleets[fleet]?.endpoints === null;

export async function outlookOf({ plan, replicas }: LaneRuntime, fleet: string, nowMs: number): Promise<Looked> {
  const status = (await replicas.status?.(fleet)) ?? null;
  return {
    fleet,
    status,
    outlook: outlook(status, plan.fleets[fleet]?.wake ?? 'never'),
    retryAfterSeconds: retryAfterSeconds(status, nowMs),
  };
}

/** Rows as they are by what this process knows beside them. */
export const upToDate = (rows: readonly ReplicaRow[], { inFlight, draining }: OwnKnowledge): readonly ReplicaRow[] =>
  loaded(rows, inFlight).map((row) => (row.ready && draining.has(row.id) ? { ...row, ready: false } : row));

/** Rows with the requests of this process that they cannot know of yet. Where some wait already, these wait too. */
export const loaded = (rows: readonly ReplicaRow[], inFlight: InFlight): readonly ReplicaRow[] =>
  rows.map((row) => {
    const newer = inFlight.since(row.id, row.loadAsOfMs ?? -Infinity);
    if (newer === 0) return row;
    const { waiting = 0 } = row;
    return waiting > 0 ? { ...row, waiting: waiting + newer } : { ...row, running: row.running + newer };
  });
