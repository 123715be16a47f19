/** Requests of this process that are under way, by what they are under way at: a replica, or the wait for a fleet. */
export class InFlight {
  /** Since when each of them is under way. */
  private readonly underWay = new Map<string, Set<{ readonly sinceMs: number }>>();

  constructor(private readonly nowMs: () => number) {}

  of(id: string): number {
    return this.underWay.get(id)?.size ?? 0;
  }

  /** Those that have begun since a moment. */
  since(id: string, ms: number): number {
    let count = 0;
    for (const { sinceMs } of this.underWay.get(id) ?? []) if (sinceMs >= ms) count += 1;
    return count;
  }

  /** One more; call what comes back when it is done. */
  enter(id: string): () => void {
    const one = { sinceMs: this.nowMs() };
    const others = this.underWay.get(id) ?? new Set();
    this.underWay.set(id, others.add(one));
    return () => {
      others.delete(one);
      // Others may have come since to a new set, of which this one is no part.
      if (others.size === 0 && this.underWay.get(id) === others) this.underWay.delete(id);
    };
  }
}
