/**
 * Ids to text as vLLM's incremental detokenizer does it: half a character is held back until the other half is there,
 * and with stop strings the text lags by one character less than the longest of them.
 */
import { bytesOf } from './tokenizer';

export class Detokenizer {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #stop: readonly string[];
  readonly #lag: number;
  #held = '';
  #atStart = true;

  constructor(stop: readonly string[]) {
    this.#stop = stop;
    this.#lag = Math.max(1, ...stop.map((text) => [...text].length)) - 1;
  }

  /** Takes one id; returns the stop string it completed, if any. */
  push(id: number): string | undefined {
    this.#held += this.#decoder.decode(this.#whole(bytesOf(id)), { stream: true });
    for (const stop of this.#stop) {
      const at = this.#held.indexOf(stop);
      if (at < 0) continue;
      this.#held = this.#held.slice(0, at);
      return stop;
    }
    return undefined;
  }

  /** The text that may be sent now; all of it when the choice has finished. */
  take(finished: boolean): string {
    const characters = [...this.#held];
    const ready = characters.slice(0, finished ? undefined : Math.max(0, characters.length - this.#lag)).join('');
    this.#held = this.#held.slice(ready.length);
    return ready;
  }

  /** A character whose first half was the end of the prompt is lost, as in the real one. */
  #whole(bytes: Buffer): Buffer {
    if (!this.#atStart) return bytes;
    const from = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
    if (from < 0) return Buffer.alloc(0);
    this.#atStart = false;
    return bytes.subarray(from);
  }
}
