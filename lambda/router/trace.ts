/** What is known of one request so far: the headers the caller gets, and at the end the record and the metrics. */
import type { Lane } from '../../lib/plan/types';
import type { HubUsage } from '../../lib/chat/hub';
import type { ChainEntry, Decision } from '../../lib/policy/decide';
import type { ErrorCode } from '../../lib/policy/errors';
import type { Facts } from '../../lib/policy/facts';
import type { AttemptRecord, DecisionRecord, Guarantee } from '../../lib/records/decision-record';
import { metricLine } from '../../lib/records/metrics';
import type { KeyRow } from '../../lib/tables/key-row';
import type { Rates } from '../../lib/tables/rate-item';
import { rateHeaders } from './rate-headers';
import { type Headers, hybridHeaders } from './respond';
import type { RateUse } from './stores/stores';

/** Takes the lines that the function logs: one a request each. */
export type Emit = (line: { readonly decision: string; readonly metrics: string }) => void;

export interface TraceDeps {
  /** The deployment's name, a dimension of all metrics. */
  readonly deployment: string;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly emit: Emit;
}

export class Trace {
  readonly startedMs: number;
  readonly requestId: string;
  key: KeyRow | null = null;
  facts: Facts | null = null;
  decision: Decision | null = null;
  readonly attempts: AttemptRecord[] = [];
  answered: ChainEntry | null = null;
  dropped: readonly string[] = [];
  set: readonly string[] = [];
  usage: HubUsage | null = null;
  usageEstimated = false;
  costUsd: number | null = null;
  finish: string | null = null;
  timeToFirstTokenMs: number | null = null;
  heldMs = 0;
  covers: string | null = null;
  /** Of a tenant with rates, once they have counted the request. */
  rates: { readonly limits: Rates; readonly use: RateUse } | null = null;
  isClosed = false;
  private readonly guarantee: Guarantee;
  private ownKey: string | null = null;

  constructor(
    private readonly deps: TraceDeps,
    private readonly lane: Lane,
    callersId: string | undefined,
  ) {
    this.startedMs = deps.nowMs();
    this.guarantee = lane === 'sealed' ? 'sealed' : 'guarded';
    this.requestId = callersId !== undefined && /^[\w.:-]{1,128}$/.test(callersId) ? callersId : deps.newId();
  }

  /** The router's own: a caller may give many requests one id. */
  get idempotencyKey(): string {
    this.ownKey ??= this.deps.newId();
    return this.ownKey;
  }

  elapsedMs(): number {
    return this.deps.nowMs() - this.startedMs;
  }

  headers(): Headers {
    const { requestId, guarantee, decision, answered, dropped, set, costUsd } = this;
    const hybrid = hybridHeaders({
      requestId,
      guarantee,
      decision,
      answered,
      dropped,
      set,
      costUsd,
      attempts: this.attempts.length,
    });
    return {
      ...hybrid,
      'openai-processing-ms': String(Math.round(this.elapsedMs())),
      ...(this.rates !== null && rateHeaders(this.rates.limits, this.rates.use)),
    };
  }

  /** Logs the request. Once, when all is said. */
  close(outcome: DecisionRecord['outcome'], status: number, error: ErrorCode | null): void {
    this.isClosed = true;
    const nowMs = this.deps.nowMs();
    const record: DecisionRecord = {
      kind: 'decision',
      time: new Date(nowMs).toISOString(),
      requestId: this.requestId,
      guarantee: this.guarantee,
      tenant: this.key?.tenant ?? null,
      keyId: this.key?.hash.slice(0, 8) ?? null,
      facts: this.facts,
      decision: this.decision,
      attempts: this.attempts,
      outcome,
      status,
      error,
      finish: this.finish,
      usage: this.usage,
      costUsd: this.costUsd,
      usageEstimated: this.usageEstimated,
      timeToFirstTokenMs: this.timeToFirstTokenMs,
      heldMs: this.heldMs,
      covers: this.covers,
      durationMs: nowMs - this.startedMs,
    };
    this.deps.emit({
      decision: JSON.stringify(record),
      metrics: metricLine(this.deps.deployment, this.lane, record, nowMs),
    });
  }
}
