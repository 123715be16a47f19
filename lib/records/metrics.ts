/**
 * Metrics as lines of CloudWatch's embedded metric format: Lambda's log agent turns each into data points.
 * Source: CloudWatch user guide, "Specification: Embedded metric format".
 */
import type { DecisionRecord } from './decision-record';

export const NAMESPACE = 'HybridLlm';

/** Dimensions of all that the router emits, in this order. */
export const ROUTER_DIMENSIONS = ['Deployment', 'Lane'] as const;

/** What the router says of each request, and in which unit. */
export const ROUTER_METRICS = {
  Requests: 'Count',
  /** Requests that failed or whose answer broke off: our fault or the target's, never the caller's. */
  Errors: 'Count',
  /** Requests that the caller has to change, or to send again when there is room. */
  Refusals: 'Count',
  Fallbacks: 'Count',
  /** Requests that waited for a fleet without a replica. */
  HeldRequests: 'Count',
  /** Requests that another target answered in the place of a fleet without a replica. */
  CoveredRequests: 'Count',
  TruncatedStreams: 'Count',
  DetectorFailures: 'Count',
  UnknownPrice: 'Count',
  /** Restricted requests served where only the code keeps them inside their boundary, and not the network. */
  RestrictedOnOpenLane: 'Count',
  PromptTokens: 'Count',
  CompletionTokens: 'Count',
  CostUsd: 'None',
  /** Of streamed answers: what else is the time of a whole answer. */
  TimeToFirstToken: 'Milliseconds',
  /** Of streamed answers: the mean gap between two tokens of one answer. */
  TimePerOutputToken: 'Milliseconds',
  /** Of requests that waited for a fleet: how long. */
  HoldTime: 'Milliseconds',
  Duration: 'Milliseconds',
} as const;

export type RouterMetricName = keyof typeof ROUTER_METRICS;

/** The line of one request. Dimensions are names from the config only, never anything a caller wrote. */
export function metricLine(name: string, lane: string, record: DecisionRecord, nowMs: number): string {
  const values = metricValues(record);
  const metrics = Object.keys(values).map((metric) => ({
    Name: metric,
    Unit: ROUTER_METRICS[metric as RouterMetricName],
  }));
  return JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [ROUTER_DIMENSIONS], Metrics: metrics }],
    },
    Deployment: name,
    Lane: lane,
    ...values,
  });
}

function metricValues(record: DecisionRecord): Partial<Record<RouterMetricName, number>> {
  const failed = record.attempts.filter(({ failure }) => failure !== null).length;
  const isRestricted = record.decision?.error === null && record.decision.class.value === 'restricted';
  return {
    Requests: 1,
    Errors: record.outcome === 'failed' || record.outcome === 'interrupted' ? 1 : 0,
    Refusals: record.outcome === 'refused' ? 1 : 0,
    Fallbacks: record.outcome === 'answered' ? failed : 0,
    HeldRequests: record.heldMs > 0 ? 1 : 0,
    CoveredRequests: record.covers === null ? 0 : 1,
    TruncatedStreams: record.outcome === 'interrupted' ? 1 : 0,
    DetectorFailures: record.facts?.detectorFailed == null ? 0 : 1,
    UnknownPrice: record.usage !== null && record.costUsd === null ? 1 : 0,
    RestrictedOnOpenLane: isRestricted && record.guarantee === 'guarded' ? 1 : 0,
    ...(record.usage !== null && {
      PromptTokens: record.usage.promptTokens,
      CompletionTokens: record.usage.completionTokens,
    }),
    ...(record.costUsd !== null && { CostUsd: record.costUsd }),
    ...streamTimes(record),
    ...(record.heldMs > 0 && { HoldTime: record.heldMs }),
    Duration: record.durationMs,
  };
}

function streamTimes(record: DecisionRecord): Partial<Record<RouterMetricName, number>> {
  const { facts, usage, timeToFirstTokenMs, durationMs } = record;
  if (facts?.stream !== true || timeToFirstTokenMs === null) return {};
  const gaps = (usage?.completionTokens ?? 0) - 1;
  const isWhole = record.outcome === 'answered' && !record.usageEstimated;
  return {
    TimeToFirstToken: timeToFirstTokenMs,
    ...(isWhole && gaps > 0 && { TimePerOutputToken: (durationMs - timeToFirstTokenMs) / gaps }),
  };
}
