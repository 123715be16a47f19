/**
 * Whether a host is alive, though its clock may be wrong. Two witnesses:
 *
 * - our own eyes: its `sequence` moved between two reads that lie close together, so it was alive after the first of them;
 *   or it stood still for 15 s of our time, so it is not;
 * - its own clock, as long as our eyes say nothing: at the first sight, or after a pause in which nobody asked.
 */
import { type FleetReplicaRow, HEARTBEAT_STALE_MS } from '../../../lib/tables/fleet-row';

interface Sight {
  readonly sequence: number;
  /** When this sequence was first seen. */
  readonly sinceMs: number;
  /** When it was last looked for. */
  readonly lookedMs: number;
  /** The host wrote after this moment. */
  readonly aliveAfterMs: number;
}

export class Heartbeats {
  private sights = new Map<string, Sight>();

  /** Rows as they were read at `askedMs`. A row that is gone is forgotten. */
  saw(rows: readonly FleetReplicaRow[], askedMs: number): void {
    this.sights = new Map(
      rows.map(({ id, sequence }) => {
        const before = this.sights.get(id);
        if (before?.sequence === sequence) return [id, { ...before, lookedMs: askedMs }];
        const aliveAfterMs = before?.lookedMs ?? -Infinity;
        return [id, { sequence, sinceMs: askedMs, lookedMs: askedMs, aliveAfterMs }];
      }),
    );
  }

  /** When what the row says now was first read. */
  sinceMs({ id, sequence }: FleetReplicaRow): number | undefined {
    const sight = this.sights.get(id);
    return sight?.sequence === sequence ? sight.sinceMs : undefined;
  }

  isFresh({ id, heartbeatMs }: FleetReplicaRow, nowMs: number): boolean {
    const sight = this.sights.get(id);
    if (sight !== undefined) {
      if (nowMs - sight.aliveAfterMs < HEARTBEAT_STALE_MS) return true;
      if (sight.lookedMs - sight.sinceMs >= HEARTBEAT_STALE_MS) return false;
    }
    return Math.abs(nowMs - heartbeatMs) < HEARTBEAT_STALE_MS;
  }
}
