/** One invocation as the Runtime API sees it: every byte of the streamed answer, and how it ended. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Bell } from '../../support/fake-vllm/bell';

/** Stands between the JSON of status and headers and the body. */
const PRELUDE_END = Buffer.alloc(8);

/** A machine that does much else takes its time. */
export const PATIENCE_MS = 20_000;

export interface InvokeOptions {
  /** Until Lambda would end the function. @default 900000 */
  readonly remainingMs?: number;
  /** Nothing of the answer is read before `read` is called. @default false */
  readonly unread?: boolean;
}

export interface Prelude {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

export class Invocation {
  readonly id = randomUUID();
  readonly deadlineMs: number;
  /** Headers with which the process began its answer. */
  answerHeaders: IncomingHttpHeaders = {};
  trailers: NodeJS.Dict<string> = {};
  /** What the process posted instead of an answer. */
  error: string | null = null;
  /** `whole`: to its last byte; `cut`: the connection ended before. */
  ended: 'whole' | 'cut' | null = null;
  handedOutMs = 0;
  endedMs = 0;
  readonly #chunks: Buffer[] = [];
  #request: IncomingMessage | null = null;
  #unread: boolean;

  constructor(
    readonly event: unknown,
    private readonly bell: Bell,
    { remainingMs = 900_000, unread = false }: InvokeOptions,
  ) {
    this.deadlineMs = Date.now() + remainingMs;
    this.#unread = unread;
  }

  headers(): Record<string, string> {
    return {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': this.id,
      'lambda-runtime-deadline-ms': String(this.deadlineMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:router',
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000',
    };
  }

  receive(request: IncomingMessage, response: ServerResponse): void {
    this.#request = request;
    this.answerHeaders = request.headers;
    request.on('end', () => {
      this.trailers = request.trailers;
      this.#end('whole');
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    });
    request.on('close', () => this.#end('cut'));
    request.on('error', () => this.#end('cut'));
    if (!this.#unread) this.read();
    this.bell.ring();
  }

  fail(text: string): void {
    this.error = text;
    this.#end('whole');
  }

  /** Reads the answer from now on. */
  read(): void {
    this.#unread = false;
    this.#request?.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.bell.ring();
    });
  }

  /** Resets the connection of the answer. */
  drop(): void {
    this.#request?.socket.resetAndDestroy();
  }

  until(condition: (invocation: this) => boolean): Promise<void> {
    return this.bell.until(() => condition(this), PATIENCE_MS);
  }

  /** To its end, whichever. */
  async finished(): Promise<this> {
    await this.until(({ ended }) => ended !== null);
    return this;
  }

  /** All bytes so far, as they came. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** `null`: it has not come whole. */
  get prelude(): Prelude | null {
    const end = this.bytes.indexOf(PRELUDE_END);
    return end < 0 ? null : (JSON.parse(this.bytes.subarray(0, end).toString('utf8')) as Prelude);
  }

  /** What stands after the prelude. */
  get body(): string {
    const end = this.bytes.indexOf(PRELUDE_END);
    return end < 0 ? '' : this.bytes.subarray(end + PRELUDE_END.length).toString('utf8');
  }

  #end(how: 'whole' | 'cut'): void {
    if (this.ended !== null) return;
    this.ended = how;
    this.endedMs = Date.now();
    this.bell.ring();
  }
}
