/** What a fleet's controller says of it, for everybody who asks: one row, written whenever something of it changes. */

/**
 * - `asleep`: no replica, and none is wanted.
 * - `waking`: none answers yet, and one is on its way.
 * - `ready`: as many answer as are wanted.
 * - `degraded`: some answer, or none for the moment, and fewer than are wanted.
 * - `broken`: boots failed again and again; nothing is tried until somebody says so.
 * - `draining`: none is wanted, and the last ones finish what they do.
 */
export const FLEET_STATES = ['asleep', 'waking', 'ready', 'degraded', 'broken', 'draining'] as const;
export type FleetState = (typeof FLEET_STATES)[number];

export interface FleetStatusRow {
  readonly fleet: string;
  readonly state: FleetState;
  /** Replicas that the controller wants at the moment. */
  readonly wanted: number;
  readonly readyReplicas: number;
  /** Unix time in milliseconds at which the next replica is expected to answer; `null`: nobody knows, or none is coming. */
  readonly etaMs: number | null;
  /** Why it is as it is, as a code of `STATUS_REASONS`; empty where there is nothing to say. */
  readonly reason: string;
  /** Counts the controller's writes: an older controller's are refused by it. */
  readonly version: number;
  /** Since when it is in this state, Unix time in milliseconds. */
  readonly changedMs: number;
}

/** The row's sort key. */
export const STATUS_ID = 'status';
