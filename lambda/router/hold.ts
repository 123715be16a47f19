/**
 * A request that nobody can take, because its fleets have no replica at the moment, waits for one.
 *
 * Nothing of it is held meanwhile but its connection: no reservation, no place at a replica. A streamed request gets its
 * status after a while and then a comment now and again, since what lies between would close a silent connection; from
 * there on a failure is an event.
 */
import type { PlanLimits } from '../../lib/plan/types';
import type { RouterError } from '../../lib/policy/errors';
import type { FleetStanding } from './fleet-standing';
import type { InFlight } from './in-flight';
import type { RouterRequest, Sink } from './request';
import { STREAM_HEADERS } from './respond';
import type { Trace } from './trace';

/** Requests of this process that wait for one fleet: each keeps its whole body in memory. */
export const MOST_HELD_PER_FLEET = 64;

/** The store keeps what it read for longer than this, so that asking costs nothing. */
const POLL_MS = 500;

/** The controller hears again that somebody waits: any word may be lost. */
const REMIND_MS = 10_000;

/** What is left for the answer after the longest wait. */
const ANSWER_MS = 30_000;

/** An SSE comment: clients skip it. */
const PING = ': waiting for a replica\n\n';

export interface HoldInput {
  readonly limits: PlanLimits;
  /** Requests that wait for each fleet. */
  readonly held: InFlight;
  readonly nowMs: () => number;
  /** Until the request's deadline. */
  readonly leftMs: () => number;
  readonly request: RouterRequest;
  readonly stream: boolean;
  readonly trace: Trace;
  readonly sink: Sink;
  readonly standing: (fleet: string) => Promise<FleetStanding>;
  /** Whether a replica of it can still come. */
  readonly mayCome: (fleet: string) => Promise<boolean>;
  /** Tells whoever wakes the fleet. */
  readonly wake: (fleet: string) => void;
}

/** What a request waits for: one of them takes it. */
export interface Awaited {
  /** Fleets that may get a replica. */
  readonly empty: readonly string[];
  /** Fleets that are full: beside the others, since nobody waits for a queue alone. */
  readonly full: readonly string[];
}

/** `over`: it has waited long enough, or may not wait at all. */
export type HoldEnd = 'ready' | 'client_gone' | 'over';

/** The waiting of one request, in one go or, where a replica went again as soon as it came, in several. */
export class Hold {
  private untilMs: number | null = null;
  private silence: NodeJS.Timeout | undefined;
  private pings: NodeJS.Timeout | undefined;
  private awake: () => void = () => undefined;

  constructor(
    private readonly input: HoldInput,
    /** What the caller would wait at the most; `null`: did not say. */
    private readonly callerMs: number | null,
  ) {}

  /** Until one of the fleets takes requests. The fleets are woken, however long it may wait. */
  async waitFor({ empty, full }: Awaited): Promise<HoldEnd> {
    const { held, trace, nowMs, wake } = this.input;
    empty.forEach(wake);
    const open = empty.filter((fleet) => held.of(fleet) < MOST_HELD_PER_FLEET);
    if (open.length === 0) return 'over';
    const untilMs = (this.untilMs ??= this.begin());
    const leaves = open.map((fleet) => held.enter(fleet));
    const sinceMs = nowMs();
    try {
      return await this.poll({ empty: open, full }, untilMs);
    } finally {
      trace.heldMs += nowMs() - sinceMs;
      for (const leave of leaves) leave();
    }
  }

  /** The answer begins, or there will be none. */
  end(): void {
    clearTimeout(this.silence);
    clearInterval(this.pings);
  }

  private begin(): number {
    const { limits, nowMs, leftMs, request, stream } = this.input;
    const waitMs = Math.min(limits.holdMs, leftMs() - ANSWER_MS, this.callerMs ?? Infinity);
    if (stream) this.silence = setTimeout(() => this.commit(), limits.holdSilentMs);
    request.signal.addEventListener('abort', () => this.awake());
    return nowMs() + waitMs;
  }

  private async poll({ empty, full }: Awaited, untilMs: number): Promise<HoldEnd> {
    const { nowMs, request, standing, mayCome, wake } = this.input;
    for (let remindedMs = nowMs(); ;) {
      const leftMs = untilMs - nowMs();
      if (leftMs <= 0) return 'over';
      if (!request.signal.aborted) await this.sleep(Math.min(POLL_MS, leftMs));
      if (request.signal.aborted) return 'client_gone';
      for (const fleet of [...empty, ...full]) if ((await standing(fleet)) === 'open') return 'ready';
      const hopes = await Promise.all(empty.map(mayCome));
      if (!hopes.includes(true)) return 'over';
      if (nowMs() - remindedMs < REMIND_MS) continue;
      remindedMs = nowMs();
      empty.forEach(wake);
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.awake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private commit(): void {
    const { sink, trace, limits } = this.input;
    sink.start(200, { ...STREAM_HEADERS, ...trace.headers() });
    this.pings = setInterval(() => void sink.write(PING), limits.holdPingMs);
  }
}

/** What the caller says in `x-hybrid-max-wait-ms`; `null`: nothing. */
export function callersWaitMs({ headers }: RouterRequest): number | null | RouterError {
  const stated = headers['x-hybrid-max-wait-ms'];
  if (stated === undefined) return null;
  if (/^\d{1,9}$/.test(stated)) return Number(stated);
  return {
    code: 'invalid_request',
    message: 'x-hybrid-max-wait-ms takes whole milliseconds; 0 does not wait',
    param: null,
  };
}
