/**
 * Replicas whose gate has said that it takes nothing new. A gate that has closed does not open again, and the replica's row
 * says so too before long; until then this process knows better.
 */
import { HEARTBEAT_STALE_MS } from '../../lib/tables/fleet-row';

export class Draining {
  /** Until when a copy of the row may still call it ready. */
  private readonly untilMs = new Map<string, number>();

  constructor(private readonly nowMs: () => number) {}

  said(id: string): void {
    const now = this.nowMs();
    for (const [other, untilMs] of this.untilMs) if (untilMs <= now) this.untilMs.delete(other);
    this.untilMs.set(id, now + HEARTBEAT_STALE_MS);
  }

  has(id: string): boolean {
    return this.untilMs.size > 0 && (this.untilMs.get(id) ?? -Infinity) > this.nowMs();
  }
}
