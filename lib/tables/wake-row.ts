/**
 * What routers tell a fleet's controller: that somebody needs the fleet while it has no replica. One row a fleet, written
 * by every router process at once.
 */

export interface WakeRow {
  readonly fleet: string;
  /**
   * When a request last came for which the fleet is to be woken at once, Unix time in milliseconds: one that waits and may
   * go nowhere else, or with `wake: always` any. Written again now and then for as long as one waits. 0: never.
   */
  readonly heldMs: number;
  /**
   * What requests have cost elsewhere that came while the fleet had no ready replica, in whole nano-US-dollars, since the
   * row began. Routers only ever add to it: who compares it remembers where it stood. A write whose answer was lost may
   * be in it twice.
   */
  readonly coveredNanoUsd: number;
}

/** What routers write. */
export const WAKE_ATTRIBUTES = ['heldMs', 'coveredNanoUsd'] as const satisfies readonly (keyof WakeRow)[];

/** The row's sort key. */
export const WAKE_ID = 'wake';
