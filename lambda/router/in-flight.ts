/** How many requests of this process each replica is serving: what the load bound of a replica goes by. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  of(id: string): number {
    return this.counts.get(id) ?? 0;
  }

  /** One more; call what comes back when it is done. */
  enter(id: string): () => void {
    this.counts.set(id, this.of(id) + 1);
    return () => {
      const left = this.of(id) - 1;
      if (left > 0) this.counts.set(id, left);
      else this.counts.delete(id);
    };
  }
}
