/** Walks the decided chain, model by model and place by place, until one begins to answer. */
import { CallerMistake, type Dialect, type UpstreamBody } from '../../lib/chat/dialect';
import { type Failed, NOWHERE, errorAfter, isLoss, mayTryElsewhere, restsAfter } from '../../lib/policy/attempts';
import type { ChainEntry, Decision } from '../../lib/policy/decide';
import type { RouterError } from '../../lib/policy/errors';
import { own } from '../../lib/plan/own';
import type { Facts } from '../../lib/policy/facts';
import { type NamedModel, findModel } from '../../lib/policy/models';
import { type OwnKnowledge, comeAndGo, standingOf } from './fleet-standing';
import type { InFlight } from './in-flight';
import type { LaneRuntime } from './runtime';
import { costUsd } from '../../lib/spend/price';
import { type CallerBody, type PricedCall, callFor, conversationOf, withExtra } from './call';
import type { Cooldown } from './cooldown';
import type { RouterRequest } from './request';
import type { Ledger, Refusal, Reservation } from './stores/stores';
import { ledgerUnavailable } from './stores/unavailable';
import type { Trace } from './trace';
import { dialectFor } from './protocols';
import { promptUsage } from './usage';
import { type AttemptResult, attempt } from './upstream/attempt';
import { type Destination, destinations } from './upstream/targets';

export interface ChainInput extends OwnKnowledge {
  readonly lane: LaneRuntime;
  readonly ledger: Ledger;
  readonly cooldown: Cooldown;
  /** Requests that wait for each fleet. */
  readonly held: InFlight;
  readonly nowMs: () => number;
  /** Until the request's deadline. */
  readonly leftMs: () => number;
  readonly request: RouterRequest;
  readonly trace: Trace;
  readonly body: CallerBody;
  readonly facts: Facts;
  readonly decision: Decision;
  /** What nobody waits for, but the process may not be put to sleep before. None of them rejects. */
  readonly afterwards: Promise<void>[];
}

/** A target that answers, and the money set aside for it. */
export interface Answering {
  readonly kind: 'answering';
  readonly entry: ChainEntry;
  readonly named: NamedModel;
  readonly upstream: UpstreamBody;
  readonly priced: PricedCall;
  readonly reservation: Reservation;
  readonly result: Exclude<AttemptResult, { kind: 'failed' }>;
  /** The fleet in whose place the target answers, since it has no ready replica; `null`: none, or one that nothing wakes. */
  readonly covers: string | null;
  /** What rests if the answer breaks off: the replica, or the model of a provider. */
  readonly place: string;
  /** The place has one request less. Once, when the answer has ended. */
  readonly leave: () => void;
}

export type Asked = Answering | { readonly kind: 'client_gone' } | RouterError;

/** Replicas of one fleet that are tried while another model is left to ask. */
const PLACES_PER_MODEL = 3;

/** More wait at a full fleet than it serves at once, so it takes about one answer until there is room. */
const FULL_RETRY_AFTER_SECONDS = 5;

/** The chain once from its beginning. */
export class ChainWalk {
  private readonly failures: Failed[] = [];
  /** Requests that went out and failed; a model without an address or a key costs none, nor does a replica that drains. */
  private sent = 0;
  /** Why a model was passed over before it was asked. */
  private refused: RouterError | null = null;
  /** Models whose fleet has no ready replica and may get one by itself: model → fleet. */
  private readonly empty = new Map<string, string>();
  /** Models whose fleet has ready replicas by its table, and every one of them that was asked is gone: model → fleet. */
  private readonly lost = new Map<string, string>();
  private readonly full = new Set<string>();

  constructor(
    private readonly input: ChainInput,
    /** The tenant's rates have counted this request. */
    public rateCounted: boolean,
  ) {}

  /** In the order in which they were passed over. */
  get emptyFleets(): readonly string[] {
    return [...new Set(this.empty.values())];
  }

  get lostFleets(): readonly string[] {
    return [...new Set(this.lost.values())];
  }

  get fullFleets(): readonly string[] {
    return [...this.full];
  }

  /** Somebody was there, whatever came of it: then nobody waits. */
  get hasReached(): boolean {
    return this.failures.some(
      ({ model, failure }) =>
        !NOWHERE.has(failure) && !this.lost.has(model) && !(this.empty.has(model) && UNREACHED.has(failure)),
    );
  }

  /** The request may not be asked now anyway. */
  get isRateLimited(): boolean {
    return this.refused?.code === 'rate_limit_exceeded';
  }

  async run(): Promise<Asked> {
    const entries = this.input.decision.chain.filter(({ use }) => use);
    for (const [index, entry] of entries.entries()) {
      const answering = await this.askModel(entry, index < entries.length - 1);
      if (answering !== null) return answering;
      if (this.isOver || this.isRateLimited) break;
    }
    if (this.failures.at(-1)?.failure === 'client_gone') return { kind: 'client_gone' };
    return this.failures.length === 0 && this.refused !== null ? this.refused : errorAfter(this.failures);
  }

  private async askModel(entry: ChainEntry, othersLeft: boolean): Promise<Answering | null> {
    const { lane, cooldown, facts, decision, body, nowMs, trace } = this.input;
    const named = findModel(lane.plan, entry.model);
    if (named === null) return null;
    const priced = callFor(lane.plan, facts, decision, body, named, trace.requestId, nowMs());
    const { protocol, provider } = named.model;
    const responses = lane.plan.providers[provider ?? '']?.responses === true;
    const found = dialectFor(body.ingress, { protocol, responses });
    const dialect = found instanceof Promise ? await found : found;
    const upstream = this.translate(dialect, priced);
    if (upstream === null) return null;

    const { fleet } = named.model;
    const standing = fleet === null ? 'open' : await standingOf(lane, fleet, this.input);
    if (fleet !== null && standing === 'empty') this.empty.set(entry.model, fleet);
    if (fleet !== null && standing === 'full') {
      this.full.add(fleet);
      this.passOver(entry, 'fleet_full', FULL_RETRY_AFTER_SECONDS);
      return null;
    }
    const places = await destinations(lane, this.input, named, conversationOf(body));
    if (typeof places === 'string') {
      this.passOver(entry, places, null);
      return null;
    }
    const reservation = await this.reserve(withExtra(priced, upstream, named.model.price));
    if (reservation === null) return null;
    const asked = { kind: 'answering', entry, named, upstream, priced, reservation, covers: null } as const;
    try {
      const answer = await this.askPlaces(asked, dialect, places, othersLeft ? PLACES_PER_MODEL : Infinity);
      if (answer !== null) return { ...asked, ...answer };
      if (fleet !== null) await this.lookAgain(entry, fleet);
      const last = this.failures.findLast(({ model, failure }) => model === entry.model && failure !== 'draining');
      if (last !== undefined && restsAfter(last)) cooldown.failed(named.entry);
      const mine = this.failures.filter(({ model }) => model === entry.model);
      if (fleet !== null && comeAndGo(lane, fleet) && mine.every(isLoss)) this.lost.set(entry.model, fleet);
      await reservation.settle(this.billedUsd(named, last), 0);
      return null;
    } catch (error) {
      await reservation.settle(0, 0);
      throw error;
    }
  }

  /** Gates may have told what the rows did not: that no replica of the fleet takes anything new. */
  private async lookAgain({ model }: ChainEntry, fleet: string): Promise<void> {
    if (!this.failures.some((one) => one.model === model && one.failure === 'draining')) return;
    if ((await standingOf(this.input.lane, fleet, this.input)) === 'empty') this.empty.set(model, fleet);
  }

  /** One place after the other; a place that failed this request is not tried again for it. One that drains costs no try. */
  private async askPlaces(
    { entry, named, priced, upstream }: Pick<Answering, 'entry' | 'named' | 'priced' | 'upstream'>,
    dialect: Dialect,
    places: readonly Destination[],
    most: number,
  ): Promise<Pick<Answering, 'result' | 'place' | 'leave'> | null> {
    const { lane, cooldown, inFlight, draining, facts, request, nowMs, leftMs } = this.input;
    let tries = 0;
    for (const destination of places) {
      if (tries >= most || this.isOver) return null;
      const startedMs = nowMs();
      const place = destination.replica ?? named.entry;
      const leave = inFlight.enter(place);
      const result = await attempt({
        destination,
        dialect,
        call: priced.call,
        body: upstream,
        callerHeaders: request.headers,
        stream: facts.stream,
        limits: lane.plan.limits,
        leftMs: leftMs(),
        signal: request.signal,
        nowMs,
        ...this.idempotencyKey(entry, named, destination),
      });
      if (result.kind !== 'failed') {
        this.record(entry, destination, null, 200, nowMs() - startedMs);
        cooldown.answered(place);
        cooldown.answered(named.entry);
        return { result, place, leave };
      }
      leave();
      const failed = this.note(entry, destination, result, nowMs() - startedMs);
      if (failed.failure === 'draining') {
        draining.said(place);
        continue;
      }
      tries += 1;
      this.sent += 1;
      if (restsAfter(failed)) cooldown.failed(place, (failed.retryAfterSeconds ?? 0) * 1000);
      // Every replica has the same context: another one would say the same.
      if (failed.fault?.contextLengthExceeded === true) return null;
    }
    return null;
  }

  /**
   * However often a provider is asked for one request, it need work on it once. Each model of the chain is asked with a body
   * of its own, so it has a key of its own. Others than these two document none.
   */
  private idempotencyKey(
    entry: ChainEntry,
    { model: { protocol } }: NamedModel,
    { replica }: Destination,
  ): { readonly idempotencyKey?: string } {
    const { trace, decision } = this.input;
    if (replica !== null || (protocol !== 'openai' && protocol !== 'anthropic')) return {};
    return { idempotencyKey: `${trace.idempotencyKey}-${decision.chain.indexOf(entry)}` };
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
    const { ledger, lane, facts, trace } = this.input;
    const tenant = own(lane.plan.tenants, facts.tenant);
    const rates = this.rateCounted || tenant === undefined ? null : tenant;
    const reserved = await ledger.reserve({ tenant: facts.tenant, usd: boundUsd, caps, rates });
    if (tenant !== undefined && reserved.rates !== undefined) trace.rates = { limits: tenant, use: reserved.rates };
    if (!reserved.ok) {
      this.refused = refusalError(reserved, facts.tenant);
      return null;
    }
    this.rateCounted = true;
    return reserved;
  }

  /** A provider that had begun to work when it was given up will bill the prompt, though nobody saw an answer. */
  private billedUsd({ model }: NamedModel, last: Failed | undefined): number {
    const hadBegun = last !== undefined && GIVEN_UP.has(last.failure);
    return hadBegun ? (costUsd(model.price, promptUsage(this.input.facts)) ?? 0) : 0;
  }

  private get isOver(): boolean {
    const last = this.failures.at(-1);
    const mayGoOn = last === undefined || mayTryElsewhere(last);
    return !mayGoOn || this.sent >= this.input.lane.plan.limits.maxAttempts || this.input.leftMs() <= 0;
  }

  private passOver(entry: ChainEntry, failure: Failed['failure'], retryAfterSeconds: number | null): void {
    this.note(entry, null, { failure, fault: null, status: null, retryAfterSeconds }, 0);
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

/** Nobody was there: of a replica that has fallen silent this says that it is gone. */
const UNREACHED: ReadonlySet<Failed['failure']> = new Set([
  'connect_failed',
  'connect_timeout',
  'certificate_mismatch',
]);

/** Ends of an attempt that this side brought about while the target may have been at work. */
const GIVEN_UP: ReadonlySet<Failed['failure']> = new Set(['client_gone', 'first_event_timeout', 'deadline']);

function refusalError({ reason, retryAfterSeconds }: Refusal, tenant: string): RouterError {
  if (reason === 'unavailable') return ledgerUnavailable(retryAfterSeconds);
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
