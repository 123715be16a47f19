/** A bell that is rung whenever a fake's state changed, so that whoever waits for a state awaits it instead of sleeping. */
export class Bell {
  #waiters = new Set<() => void>();

  ring(): void {
    if (this.#waiters.size === 0) return;
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const wake of waiters) wake();
  }

  /** Resolves at the next ring, or when `stop` is aborted. */
  async next(stop?: AbortSignal): Promise<void> {
    if (stop?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        stop?.removeEventListener('abort', wake);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
      stop?.addEventListener('abort', wake);
    });
  }

  /** Resolves once `condition` holds; rejects after `withinMs`, so that a test says what it waited for. */
  async until(condition: () => boolean, withinMs = 5_000): Promise<void> {
    const limit = AbortSignal.timeout(withinMs);
    while (!condition()) {
      if (limit.aborted) throw new Error(`not so within ${withinMs} ms: ${condition.toString()}`);
      await this.next(limit);
    }
  }
}
