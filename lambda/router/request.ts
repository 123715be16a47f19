/** What the core takes and gives, whatever carries it: Lambda's response stream, `node:http`, a test. */

export interface RouterRequest {
  readonly method: string;
  /** Path and query as the caller sent them, without a stage of API Gateway. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `too_large`: the front stopped reading at the limit. */
  readonly body: Buffer | 'too_large';
  /** How long the front can keep the answer open at the most. */
  readonly remainingMs: number;
  /** Aborted when the caller has gone. */
  readonly signal: CallerSignal;
}

/** The part of an `AbortSignal` that the router uses. A real one costs more than deciding the request. */
export interface CallerSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}

/** Where the answer goes. `start` once, then `write` any number of times, then `end` once. */
export interface Sink {
  /** Status and headers are out: from now on a failure can only be an event. */
  readonly started: boolean;
  start(status: number, headers: Readonly<Record<string, string>>): void;
  /** A promise means: the caller reads slowly, wait for it before the next write. Never throws, also when nobody reads. */
  write(chunk: string): void | Promise<void>;
  /** Writes the last chunk, if there is one. Resolves once all that was written is on its way. */
  end(chunk?: string): Promise<void>;
}
