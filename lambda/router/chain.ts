/** Walks the decided chain, model by model and place by place, until one begins to answer. */
import { CallerMistake, type Dialect, type UpstreamBody } from '../../lib/chat/dialect';
import { dialects } from '../../lib/chat/dialects';
import { type Failed, errorAfter, mayTryElsewhere, restsAfter } from '../../lib/policy/attempts';
import type { ChainEntry, Decision } from '../../lib/policy/decide';
import type { RouterError } from '../../lib/policy/errors';
import { own } from '../../lib/plan/own';
import type { Facts } from '../../lib/policy/facts';
import { type NamedModel, findModel } from '../../lib/policy/models';
import type { LaneRuntime } from './runtime';
import { type CallerBody, type PricedCall, callFor, conversationOf } from './call';
import type { Cooldown } from './cooldown';
import type { RouterRequest } from './request';
import type { Ledger, Refusal, Reservation } from './stores/stores';
import type { Trace } from './trace';
import { type AttemptResult, attempt } from './upstream/attempt';
import { type Destination, destinations } from './upstream/targets';

export interface ChainInput {
  readonly lane: LaneRuntime;
  readonly ledger: Ledger;
  readonly cooldown: Cooldown;
  readonly nowMs: () => number;
  readonly request: RouterRequest;
  readonly trace: Trace;
  readonly body: CallerBody;
  readonly facts: Facts;
  readonly decision: Decision;
}

/** A target that answers, and the money set aside for it. */
export interface Answering {
  readonly entry: ChainEntry;
  readonly named: NamedModel;
  readonly result: Exclude<AttemptResult, { kind: 'failed' }>;
  readonly upstream: UpstreamBody;
  readonly priced: PricedCall;
  readonly reservation: Reservation;
}

export async function askChain(input: ChainInput): Promise<Answering | RouterError> {
  return new ChainWalk(input).run();
}

class ChainWalk {
  private readonly failures: Failed[] = [];
  /** Why a model was passed over before it was asked. */
  private refused: RouterError | null = null;
  private stopped = false;
  private rateCounted = false;

  constructor(private readonly input: ChainInput) {}

  async run(): Promise<Answering | RouterError> {
    for (const entry of this.input.decision.chain) {
      if (this.isOver) break;
      const answering = entry.use ? await this.askModel(entry) : null;
      if (answering !== null) return answering;
    }
    return this.failures.length === 0 && this.refused !== null ? this.refused : errorAfter(this.failures);
  }

  private async askModel(entry: ChainEntry): Promise<Answering | null> {
    const { lane, cooldown, facts, decision, body, nowMs } = this.input;
    const named = findModel(lane.plan, entry.model);
    if (named === null) return null;
    const priced = callFor(lane.plan, facts, decision, body, named, nowMs());
    const dialect = dialects[named.model.protocol];
    if (dialect === undefined) throw new Error(`no dialect for ${named.model.protocol}: fit should have said so`);
    const upstream = this.translate(dialect, priced);
    if (upstream === null) return null;

    const places = await destinations(lane, cooldown, named, conversationOf(body.json));
    if (typeof places === 'string') {
      this.note(entry, null, { failure: places, fault: null, status: null, retryAfterSeconds: null }, 0);
      return null;
    }
    const reservation = await this.reserve(priced);
    if (reservation === null) return null;
    try {
      const result = await this.askPlaces(entry, places, dialect, priced, upstream);
      if (result !== null) return { entry, named, result, upstream, priced, reservation };
    } catch (error) {
      await reservation.settle(0, 0);
      throw error;
    }
    await reservation.settle(0, 0);
    return null;
  }

  /** One place after the other; a place that failed this request is not tried again for it. */
  private async askPlaces(
    entry: ChainEntry,
    places: readonly Destination[],
    dialect: Dialect,
    priced: PricedCall,
    upstream: UpstreamBody,
  ): Promise<Answering['result'] | null> {
    const { lane, cooldown, facts, request, nowMs } = this.input;
    for (const destination of places) {
      if (this.isOver) return null;
      const startedMs = nowMs();
      const result = await attempt({
        destination,
        dialect,
        call: priced.call,
        body: upstream,
        stream: facts.stream,
        limits: lane.plan.limits,
        leftMs: this.leftMs,
        signal: request.signal,
      });
      const rests = destination.replica ?? entry.model;
      if (result.kind !== 'failed') {
        this.record(entry, destination, null, 200, nowMs() - startedMs);
        cooldown.answered(rests);
        return result;
      }
      const failed = this.note(entry, destination, result, nowMs() - startedMs);
      if (restsAfter(failed)) cooldown.failed(rests);
      // Every replica has the same context: another one would say the same.
      if (failed.fault?.contextLengthExceeded === true) return null;
    }
    return null;
  }

  private translate(dialect: Dialect, { call }: PricedCall): UpstreamBody | null {
    try {
      return dialect.request(call);
    } catch (error) {
      if (!(error instanceof CallerMistake)) throw error;
      this.refused ??= { code: error.code, message: error.message, param: error.param };
      return null;
    }
  }

  private async reserve({ boundUsd, caps }: PricedCall): Promise<Reservation | null> {
    const { ledger, lane, facts } = this.input;
    const tenant = own(lane.plan.tenants, facts.tenant);
    const rates = this.rateCounted || tenant === undefined ? null : tenant;
    const reserved = await ledger.reserve({ tenant: facts.tenant, usd: boundUsd, caps, rates });
    if (!reserved.ok) {
      this.refused ??= refusalError(reserved, facts.tenant);
      this.stopped = reserved.reason === 'rate';
      return null;
    }
    this.rateCounted = true;
    return reserved;
  }

  private get leftMs(): number {
    const { lane, request, trace } = this.input;
    return Math.min(lane.plan.limits.totalMs, request.remainingMs) - trace.elapsedMs();
  }

  private get isOver(): boolean {
    return this.stopped || this.failures.length >= this.input.lane.plan.limits.maxAttempts || this.leftMs <= 0;
  }

  private note(
    entry: ChainEntry,
    destination: Destination | null,
    result: Omit<Failed, 'model'>,
    tookMs: number,
  ): Failed {
    this.record(entry, destination, result.failure, result.status, tookMs);
    const failed = { ...result, model: entry.model };
    this.failures.push(failed);
    this.stopped = !mayTryElsewhere(failed);
    return failed;
  }

  private record(
    { model, target }: ChainEntry,
    destination: Destination | null,
    failure: Failed['failure'] | null,
    status: number | null,
    durationMs: number,
  ): void {
    this.input.trace.attempts.push({
      model,
      target,
      replica: destination?.replica ?? null,
      failure,
      status,
      durationMs,
    });
  }
}

function refusalError({ reason, retryAfterSeconds }: Refusal, tenant: string): RouterError {
  return reason === 'rate'
    ? {
        code: 'rate_limit_exceeded',
        message: `the rate limit of tenant \`${tenant}\` is reached`,
        param: null,
        retryAfterSeconds,
      }
    : {
        code: 'budget_exhausted',
        message: 'the request could cost more than is left of the budget',
        param: null,
        retryAfterSeconds,
      };
}
