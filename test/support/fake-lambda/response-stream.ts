/** The stream a streaming handler writes to: keeps every byte and when it came, and pushes back like a socket. */
import { once } from 'node:events';
import { Writable } from 'node:stream';

export const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
/** Stands between the JSON of status and headers and the body. */
export const PRELUDE_END = Buffer.alloc(8);

export interface Prelude {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

export interface FakeStreamOptions {
  /** Bytes the stream holds before `write` says false. @default 16384, as of the runtime's socket */
  readonly highWaterMark?: number;
  /** Awaited before each piece is taken off the stream: a reader as slow as a test wants. @default - none */
  readonly beforeEachRead?: () => Promise<void>;
}

export class FakeResponseStream extends Writable {
  /** Set by `HttpResponseStream.from`. */
  _onBeforeFirstWrite: ((write: (chunk: string | Uint8Array) => void) => void) | undefined;
  contentType = 'application/octet-stream';
  /** The most the stream held at once: far above the high-water mark if the handler ignores what `write` returns. */
  maxBufferedBytes = 0;
  readonly pieces: { readonly atMs: number; readonly bytes: Buffer }[] = [];
  readonly #beforeEachRead: (() => Promise<void>) | undefined;
  readonly #startedAt = performance.now();
  #written = false;

  constructor({ highWaterMark = 16_384, beforeEachRead }: FakeStreamOptions = {}) {
    super({ highWaterMark, decodeStrings: true });
    this.#beforeEachRead = beforeEachRead;
  }

  setContentType(contentType: string): void {
    if (this.#written) throw new Error('Cannot set content-type, too late.');
    this.contentType = contentType;
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean {
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
    const before = this.#written ? undefined : this._onBeforeFirstWrite;
    this.#written = true;
    before?.((part) => super.write(part));
    const data = isBytes ? chunk : JSON.stringify(chunk);
    const more =
      typeof encoding === 'function' ? super.write(data, encoding) : super.write(data, encoding ?? 'utf8', callback);
    this.maxBufferedBytes = Math.max(this.maxBufferedBytes, this.writableLength);
    return more;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const take = async (): Promise<void> => {
      await this.#beforeEachRead?.();
      this.pieces.push({ atMs: performance.now() - this.#startedAt, bytes: chunk });
    };
    take()
      .then(
        () => done(),
        (error: unknown) => done(error as Error),
      )
      .finally(() => this.emit('taken'));
  }

  /** The prelude, once it has gone out. */
  get prelude(): Prelude | undefined {
    const end = this.#bytes().indexOf(PRELUDE_END);
    if (this.contentType !== PRELUDE_TYPE || end < 0) return undefined;
    return JSON.parse(this.#bytes().subarray(0, end).toString('utf8')) as Prelude;
  }

  /** What stands after the prelude; everything, if there is none. */
  get body(): Buffer {
    const bytes = this.#bytes();
    return this.prelude === undefined ? bytes : bytes.subarray(bytes.indexOf(PRELUDE_END) + PRELUDE_END.length);
  }

  /** Resolves once `condition` holds of what has gone out; never, if the stream ends before. */
  async until(condition: (stream: this) => boolean): Promise<void> {
    while (!condition(this)) await once(this, 'taken');
  }

  /** Resolves once all that was written has been taken. */
  async emptied(): Promise<void> {
    while (this.writableLength > 0 && !this.destroyed) await once(this, 'taken');
  }

  #bytes(): Buffer {
    return Buffer.concat(this.pieces.map(({ bytes }) => bytes));
  }
}
