/** Targets that failed lately: each rests 250 ms, twice as long after every further failure, at most 10 s. */

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

export class Cooldown {
  private readonly resting = new Map<string, { untilMs: number; restMs: number }>();

  constructor(private readonly nowMs: () => number) {}

  failed(id: string): void {
    const before = this.resting.get(id);
    const restMs = before === undefined ? FIRST_MS : Math.min(before.restMs * 2, LONGEST_MS);
    this.resting.set(id, { untilMs: this.nowMs() + restMs, restMs });
  }

  answered(id: string): void {
    if (this.resting.size > 0) this.resting.delete(id);
  }

  isCooling(id: string): boolean {
    return (this.resting.get(id)?.untilMs ?? 0) > this.nowMs();
  }

  /** Ids that rest at the moment. */
  cooling(): ReadonlySet<string> {
    if (this.resting.size === 0) return NOBODY;
    return new Set([...this.resting.keys()].filter((id) => this.isCooling(id)));
  }
}

const NOBODY: ReadonlySet<string> = new Set();
