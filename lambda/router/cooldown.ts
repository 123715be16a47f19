/**
 * Targets that failed lately: each rests 250 ms, twice as long after every failure that follows a rest, at most 10 s. Who
 * has stayed well for ten times its rest is as good as new. Names are those of the plan and of replicas, so they are few.
 */

const FIRST_MS = 250;
const LONGEST_MS = 10_000;
const FORGOTTEN_AFTER_RESTS = 10;

export class Cooldown {
  private readonly resting = new Map<string, { untilMs: number; restMs: number }>();

  constructor(private readonly nowMs: () => number) {}

  /** `atLeastMs`: the target itself said how long to leave it alone. */
  failed(id: string, atLeastMs = 0): void {
    const now = this.nowMs();
    const before = this.resting.get(id);
    // Many requests fail of one cause: only the first of them counts.
    if (before !== undefined && before.untilMs > now && atLeastMs === 0) return;
    const isRecent = before !== undefined && now < before.untilMs + FORGOTTEN_AFTER_RESTS * before.restMs;
    const restMs = Math.min(Math.max(isRecent ? before.restMs * 2 : FIRST_MS, atLeastMs), LONGEST_MS);
    this.resting.set(id, { untilMs: now + restMs, restMs });
  }

  answered(id: string): void {
    if (this.resting.size > 0) this.resting.delete(id);
  }

  isCooling(id: string): boolean {
    return this.resting.size > 0 && (this.resting.get(id)?.untilMs ?? 0) > this.nowMs();
  }

  /** Those of `ids` that rest at the moment. */
  cooling(ids: Iterable<string>): ReadonlySet<string> {
    return this.resting.size === 0 ? NOBODY : new Set([...ids].filter((id) => this.isCooling(id)));
  }
}

const NOBODY: ReadonlySet<string> = new Set();
