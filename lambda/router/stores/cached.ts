/**
 * A value kept from elsewhere: fresh for a while, then read again behind the reader's back, then waited for. While its
 * source fails an old copy does, up to an age; each reader of the same value waits for one and the same call.
 */

export interface Lifetimes {
  /** Older than this it is read again, and nobody waits for that. */
  readonly refreshAfterMs: number;
  /** Older than this it is waited for. */
  readonly waitAfterMs: number;
  /** Older than this it is not used, though its source fails. */
  readonly uselessAfterMs: number;
}

/** A source that has just failed is left alone so long: no reader waits for it anew. */
const PAUSE_MS = 1_000;

export class Cached<T> {
  private held: { readonly value: T; readonly askedMs: number } | null = null;
  private reading: Promise<T> | null = null;
  private failure: { readonly error: Error; readonly atMs: number } | null = null;

  constructor(
    private readonly source: () => Promise<T>,
    private readonly lifetimes: (value: T) => Lifetimes,
    private readonly nowMs: () => number,
  ) {}

  /** Rejects with the source's error where there is no copy young enough. */
  get(): T | Promise<T> {
    const { held } = this;
    if (held === null) return this.read();
    const { refreshAfterMs, waitAfterMs } = this.lifetimes(held.value);
    const ageMs = this.nowMs() - held.askedMs;
    if (ageMs < refreshAfterMs) return held.value;
    if (ageMs >= waitAfterMs) return this.readOrHeld();
    // Nobody waits for this one, so nobody is told: if the source goes on failing, who waits for it will be.
    this.read().catch(() => undefined);
    return held.value;
  }

  private async readOrHeld(): Promise<T> {
    try {
      return await this.read();
    } catch (error) {
      const { held } = this;
      if (held === null || this.nowMs() - held.askedMs >= this.lifetimes(held.value).uselessAfterMs) throw error;
      return held.value;
    }
  }

  private read(): Promise<T> {
    if (this.failure !== null && this.nowMs() - this.failure.atMs < PAUSE_MS) {
      return Promise.reject(this.failure.error);
    }
    this.reading ??= this.ask().finally(() => (this.reading = null));
    return this.reading;
  }

  private async ask(): Promise<T> {
    const askedMs = this.nowMs();
    try {
      const value = await this.source();
      this.held = { value, askedMs };
      this.failure = null;
      return value;
    } catch (error) {
      this.failure = { error: error as Error, atMs: this.nowMs() };
      throw error;
    }
  }
}
