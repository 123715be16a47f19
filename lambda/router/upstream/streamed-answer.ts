/** A streamed answer as it comes off the socket, read into the caller's protocol a network chunk at a time. */
import type { Readable } from 'node:stream';
import type { Framing, StreamReader, StreamStep, UpstreamFault } from '../../../lib/chat/dialect';
import { eventStreamReader } from '../../../lib/chat/event-stream';
import type { HubUsage } from '../../../lib/chat/hub';
import { type EventReader, sseReader } from '../../../lib/chat/sse';
import type { RouterError } from '../../../lib/policy/errors';
import type { AttemptFailure } from '../../../lib/policy/reasons';
import { UpstreamFailure } from './http';
import { zlib } from './zlib';

export interface StreamTimes {
  readonly firstEventMs: number;
  readonly betweenEventsMs: number;
}

export class StreamedAnswer {
  usage: HubUsage | null = null;
  finish: string | null = null;
  /** A part of the answer itself has come. */
  hasContent = false;
  /** The upstream announced the end. */
  ended = false;
  /** Why the stream stopped before its end; `null`: it did not. */
  failure: AttemptFailure | null = null;
  fault: UpstreamFault | null = null;

  private readonly chunks: AsyncIterator<Buffer>;
  private readonly events: EventReader;
  private readonly firstEventTimer: NodeJS.Timeout;
  private stopReason: AttemptFailure | null = null;
  private out = '';

  constructor(
    /** `complete`: all of it has come, where that is known. */
    private readonly response: Readable & { readonly complete?: boolean },
    private readonly reader: StreamReader,
    framing: Framing,
    private readonly times: StreamTimes,
  ) {
    this.chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const onEvent = (event: string | undefined, data: string): void => {
      if (!this.isOver) this.take(reader.read(event, data));
    };
    const onFault = (fault: UpstreamFault): void => {
      if (!this.isOver) this.take({ out: '', fault });
    };
    this.events = framing === 'sse' ? sseReader(onEvent) : eventStreamReader({ crc32: zlib().crc32, onEvent, onFault });
    this.firstEventTimer = setTimeout(() => this.stop('first_event_timeout'), times.firstEventMs);
  }

  /** What the caller gets next, possibly nothing yet; `null` after the end or a failure. */
  async next(): Promise<string | null> {
    if (this.isOver) return null;
    // Runs only while the upstream is waited for: the time that a slow caller takes is not the upstream's.
    const idle = this.hasContent ? setTimeout(() => this.stop('idle_timeout'), this.times.betweenEventsMs) : undefined;
    try {
      const chunk = await this.chunks.next();
      if (chunk.done === true) {
        this.events.end();
        if (!this.isOver) this.take(this.reader.close());
      } else {
        this.events.push(chunk.value);
      }
    } catch (error) {
      this.failure = this.stopReason ?? failureBehind(error);
    }
    clearTimeout(idle);
    // A ping is no event: the first part of the answer ends the first limit.
    if (this.hasContent) clearTimeout(this.firstEventTimer);
    if (this.isOver) this.release();
    const out = this.out;
    this.out = '';
    return out;
  }

  /** The event that ends a broken answer, if it depends on what was sent before. */
  errorEvent(error: RouterError): string | undefined {
    return this.reader.error?.(error);
  }

  /** Closes the connection: the engine stops working on an answer that nobody will read. */
  stop(reason: AttemptFailure): void {
    this.stopReason ??= reason;
    this.release();
    this.response.destroy();
  }

  private get isOver(): boolean {
    return this.ended || this.failure !== null;
  }

  private take(step: StreamStep): void {
    this.out += step.out;
    if (step.usage !== undefined) this.usage = step.usage;
    if (step.finish !== undefined) this.finish = step.finish;
    if (step.content === true) this.hasContent = true;
    if (step.ended === true) this.ended = true;
    if (step.fault !== undefined) {
      this.fault = step.fault;
      this.failure = FAILURES[step.fault.kind];
    }
  }

  private release(): void {
    clearTimeout(this.firstEventTimer);
    if (!this.ended) {
      this.response.destroy();
      return;
    }
    // Read to its end the connection can be used again; an upstream that does not end it is left.
    if (this.response.complete === true) this.response.resume();
    else void this.readToEnd();
  }

  /** By the iterator: as long as there is one, `resume` does nothing. */
  private async readToEnd(): Promise<void> {
    const timer = setTimeout(() => this.response.destroy(), LAST_BYTES_MS);
    try {
      while ((await this.chunks.next()).done !== true);
    } catch {
      // All that was wanted of it has come.
    } finally {
      clearTimeout(timer);
    }
  }
}

const LAST_BYTES_MS = 1_000;

const FAILURES: Readonly<Record<UpstreamFault['kind'], AttemptFailure>> = {
  status: 'upstream_status',
  error_event: 'upstream_error_event',
  aborted: 'engine_aborted',
  invalid: 'upstream_invalid',
  truncated: 'truncated',
};

export const failureOf = (fault: UpstreamFault): AttemptFailure => FAILURES[fault.kind];

/** Why an answer broke off: what this side ended it for, or the upstream's doing. */
export function failureBehind(error: unknown): AttemptFailure {
  return error instanceof UpstreamFailure ? error.failure : 'truncated';
}
