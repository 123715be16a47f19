/** What a request may expect of a fleet that has no ready replica. */
import type { StatusReason } from '../capacity/status';
import type { FleetStatusRow } from '../tables/status-row';
import type { WakePolicy } from '../plan/types';
import type { RouterError } from './errors';

/** `coming`: a replica is on its way or can be had; `none`: not without somebody's doing; `unknown`: nobody says. */
export type Outlook = 'coming' | 'none' | 'unknown';

/** Somebody has put it to sleep, and no request wakes it. */
const KEPT_ASLEEP: ReadonlySet<string> = new Set(['drained_by_operator', 'budget_zero'] satisfies StatusReason[]);

export function outlook(status: FleetStatusRow | null, wake: WakePolicy): Outlook {
  switch (status?.state) {
    case undefined:
      return 'unknown';
    case 'broken':
      return 'none';
    // What goes to sleep can be woken as well as what sleeps.
    case 'asleep':
    case 'draining':
      return wake === 'never' || KEPT_ASLEEP.has(status?.reason ?? '') ? 'none' : 'coming';
    // Where some should be ready and none is seen, those that were lost are being replaced.
    case 'waking':
    case 'ready':
    case 'degraded':
      return 'coming';
  }
}

/** Where nobody knows how far a boot has come: who asks again so often misses little of it. */
export const RETRY_AFTER_SECONDS = 10;
const LONGEST_RETRY_SECONDS = 600;

/** When to ask again, by the time at which the next replica is expected. */
export function retryAfterSeconds(status: FleetStatusRow | null, nowMs: number): number {
  if (status === null || status.etaMs === null) return RETRY_AFTER_SECONDS;
  return Math.min(Math.max(Math.ceil((status.etaMs - nowMs) / 1000), 1), LONGEST_RETRY_SECONDS);
}

export interface Looked {
  readonly fleet: string;
  readonly outlook: Outlook;
  readonly status: FleetStatusRow | null;
  readonly retryAfterSeconds: number;
}

/** The error for a caller whom nobody could take and who waits no longer. `error`: what is said where no fleet is coming. */
export function unanswered(error: RouterError, fleets: readonly Looked[]): RouterError {
  // Somebody is there already and has too much to do: that room comes sooner than a replica boots.
  if (error.code === 'fleet_full') return error;
  const coming = fleets.filter((fleet) => fleet.outlook === 'coming');
  const told = coming.length > 0 ? coming : fleets;
  const soonest = Math.min(...told.map((fleet) => fleet.retryAfterSeconds));
  const states = told.map(({ fleet, status }) => `${fleet}: ${status?.state ?? 'no replica'}`).join(', ');
  if (coming.length === 0) return { ...error, message: `${error.message} (${states})`, retryAfterSeconds: soonest };
  return {
    code: 'waking',
    message: `no replica is ready yet (${states}); the next is expected in ${soonest} s`,
    param: null,
    retryAfterSeconds: soonest,
  };
}
