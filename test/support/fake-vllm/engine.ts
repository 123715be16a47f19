/**
 * The engine behind the fake's API: a queue, one token a turn, and the ways a real engine stops: draining, aborting,
 * standing still with a healthy face, dying after so many tokens.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Bell } from './bell';
import { Detokenizer } from './detokenizer';
import { continuation, type Script } from './model';
import { CONTROL } from './tokenizer';

export type FinishReason = 'stop' | 'length' | 'abort';

export interface Generation {
  readonly promptIds: readonly number[];
  readonly maxTokens: number;
  readonly choices: number;
  readonly stop: readonly string[];
  /** Lower goes first, as in vLLM's priority scheduling. */
  readonly priority: number;
}

/** What one choice gained in one turn. Text may lag the ids; an abort output has neither. */
export interface Output {
  readonly choice: number;
  readonly tokenIds: readonly number[];
  readonly text: string;
  readonly finishReason: FinishReason | null;
  readonly stopReason: string | null;
}

export interface EngineSettings {
  script: Script | undefined;
  /** Between two turns of a request; also the time of the prefill. */
  tokenDelayMs: number;
  /** Tokens a choice gains in a turn: more than one when a real engine speculates or its reader is slow. */
  tokensPerTurn: number;
  /** Requests that run at once; more of them wait. */
  maxNumSeqs: number;
  /** The size of the KV cache in tokens. */
  kvCacheTokens: number;
}

/** What /metrics, /load and the load header tell. */
export class EngineStats {
  running = 0;
  waiting = 0;
  kvTokens = 0;
  promptTokens = 0;
  generationTokens = 0;
  firstTokens = 0;
  firstTokenSeconds = 0;
  readonly finished = { stop: 0, length: 0, abort: 0 };
}

interface Waiting {
  readonly priority: number;
  readonly admit: () => void;
}

export class Engine {
  readonly stats = new EngineStats();
  readonly #settings: EngineSettings;
  readonly #bell: Bell;
  readonly #queue: Waiting[] = [];
  #shuttingDown = false;
  #hung = false;
  #cut = new AbortController();
  #lifeInTokens = Infinity;
  #die: () => Promise<void> = async () => undefined;

  constructor(settings: EngineSettings, bell: Bell) {
    this.#settings = settings;
    this.#bell = bell;
  }

  /** From here on new requests get abort outputs. */
  shutDown(): void {
    this.#shuttingDown = true;
  }

  /** Ends what runs and what waits with abort outputs. */
  abortAll(): void {
    this.#cut.abort();
    this.#bell.ring();
  }

  hang(): void {
    this.#hung = true;
  }

  /** Calls `die` once so many more tokens have been generated and handed on. */
  dieAfter(tokens: number, die: () => Promise<void>): void {
    this.#lifeInTokens = tokens;
    this.#die = die;
  }

  restart(): void {
    this.#shuttingDown = false;
    this.#hung = false;
    this.#lifeInTokens = Infinity;
    this.#cut = new AbortController();
    this.#bell.ring();
  }

  /** The outputs of one request, choices in turn, until all have finished or `gone` is aborted. */
  async *generate(generation: Generation, gone: AbortSignal): AsyncGenerator<Output, void, undefined> {
    const { promptIds, maxTokens, stop } = generation;
    const sequences = Array.from(
      { length: generation.choices },
      (_, choice) => new Sequence(choice, continuation(promptIds, this.#settings.script, choice), maxTokens, stop),
    );
    if (this.#shuttingDown) {
      this.stats.finished.abort += 1;
      yield* sequences.map((sequence) => sequence.abort());
      return;
    }
    const cut = this.#cut.signal;
    const ended = AbortSignal.any([gone, cut]);
    const arrived = performance.now();
    await this.#admit(generation.priority, ended);
    this.stats.promptTokens += promptIds.length;
    this.stats.kvTokens += promptIds.length;
    let held = promptIds.length;
    try {
      for (let live = sequences; live.length > 0; live = live.filter((sequence) => !sequence.finished)) {
        await this.#turn(ended);
        if (gone.aborted) return;
        if (held === promptIds.length) this.#sawFirstToken(arrived);
        for (const sequence of live) {
          const output = cut.aborted ? sequence.abort() : sequence.next(this.#settings.tokensPerTurn);
          const gained = output.tokenIds.length;
          held += gained;
          this.stats.kvTokens += gained;
          this.stats.generationTokens += gained;
          if (output.finishReason !== null) this.stats.finished[output.finishReason] += 1;
          this.#bell.ring();
          yield output;
          await this.#age(gained);
        }
      }
    } finally {
      this.stats.kvTokens -= held;
      this.#leave();
    }
  }

  /** Waits for a place. One that is cut off while it waits is let in at once, to be told so. */
  async #admit(priority: number, ended: AbortSignal): Promise<void> {
    if (this.stats.running >= this.#settings.maxNumSeqs) {
      this.stats.waiting += 1;
      this.#bell.ring();
      await new Promise<void>((resolve) => {
        const place: Waiting = { priority, admit: resolve };
        const behind = this.#queue.findIndex((other) => other.priority > priority);
        this.#queue.splice(behind < 0 ? this.#queue.length : behind, 0, place);
        const giveUp = (): void => {
          const at = this.#queue.indexOf(place);
          if (at >= 0) this.#queue.splice(at, 1);
          resolve();
        };
        if (ended.aborted) giveUp();
        else ended.addEventListener('abort', giveUp, { once: true });
      });
      this.stats.waiting -= 1;
    }
    this.stats.running += 1;
    this.#bell.ring();
  }

  #leave(): void {
    this.stats.running -= 1;
    if (this.stats.running < this.#settings.maxNumSeqs) this.#queue.shift()?.admit();
    this.#bell.ring();
  }

  async #turn(ended: AbortSignal): Promise<void> {
    const { tokenDelayMs } = this.#settings;
    if (tokenDelayMs > 0) await sleep(tokenDelayMs, undefined, { signal: ended }).catch(() => undefined);
    else await turn();
    while (this.#hung && !ended.aborted) await this.#bell.next(ended);
  }

  #sawFirstToken(arrived: number): void {
    this.stats.firstTokens += 1;
    this.stats.firstTokenSeconds += (performance.now() - arrived) / 1_000;
  }

  async #age(tokens: number): Promise<void> {
    if (this.#lifeInTokens === Infinity) return;
    this.#lifeInTokens -= tokens;
    if (this.#lifeInTokens > 0) return;
    this.#lifeInTokens = Infinity;
    // What was handed on reaches the socket before the socket is lost.
    await turn();
    await this.#die();
  }
}

/** One choice on its way to the end of its answer. */
class Sequence {
  finished = false;
  readonly #choice: number;
  readonly #answer: readonly number[];
  readonly #maxTokens: number;
  readonly #text: Detokenizer;
  #generated = 0;

  constructor(choice: number, answer: readonly number[], maxTokens: number, stop: readonly string[]) {
    this.#choice = choice;
    this.#answer = answer;
    this.#maxTokens = maxTokens;
    this.#text = new Detokenizer(stop);
  }

  next(tokens: number): Output {
    const tokenIds: number[] = [];
    let finishReason: FinishReason | null = null;
    let stopReason: string | null = null;
    while (tokenIds.length < tokens && finishReason === null) {
      const id = this.#answer[this.#generated] ?? CONTROL.end;
      this.#generated += 1;
      tokenIds.push(id);
      if (id === CONTROL.end) finishReason = 'stop';
      else if (this.#generated >= this.#maxTokens) finishReason = 'length';
      const stopped = this.#text.push(id);
      if (stopped === undefined) continue;
      finishReason = 'stop';
      stopReason = stopped;
    }
    return this.#output(tokenIds, finishReason, stopReason);
  }

  /** What was held back is still told. */
  abort(): Output {
    return this.#output([], 'abort', null);
  }

  #output(tokenIds: readonly number[], finishReason: FinishReason | null, stopReason: string | null): Output {
    this.finished = finishReason !== null;
    return { choice: this.#choice, tokenIds, text: this.#text.take(this.finished), finishReason, stopReason };
  }
}
