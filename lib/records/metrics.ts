/**
 * Metrics as lines of CloudWatch's embedded metric format: Lambda's log agent turns each into data points.
 * Source: CloudWatch user guide, "Specification: Embedded metric format".
 */
import type { DecisionRecord } from './decision-record';

export const NAMESPACE = 'HybridLlm';

const UNITS = {
  Requests: 'Count',
  Errors: 'Count',
  Fallbacks: 'Count',
  TruncatedStreams: 'Count',
  DetectorFailures: 'Count',
  UnknownPrice: 'Count',
  PromptTokens: 'Count',
  CompletionTokens: 'Count',
  CostUsd: 'None',
  TimeToFirstToken: 'Milliseconds',
  Duration: 'Milliseconds',
} as const;

export type MetricName = keyof typeof UNITS;
export const METRIC_NAMES = Object.keys(UNITS) as readonly MetricName[];

/** The line of one request. Dimensions are names from the config only, never anything a caller wrote. */
export function metricLine(name: string, lane: string, record: DecisionRecord, nowMs: number): string {
  const values = metricValues(record);
  const metrics = Object.keys(values).map((metric) => ({ Name: metric, Unit: UNITS[metric as MetricName] }));
  return JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [['Deployment', 'Lane']], Metrics: metrics }],
    },
    Deployment: name,
    Lane: lane,
    ...values,
  });
}

function metricValues(record: DecisionRecord): Partial<Record<MetricName, number>> {
  const failed = record.attempts.filter(({ failure }) => failure !== null).length;
  const answered = record.outcome === 'answered';
  return {
    Requests: 1,
    Errors: record.outcome === 'failed' || record.outcome === 'interrupted' ? 1 : 0,
    Fallbacks: answered ? failed : 0,
    TruncatedStreams: record.outcome === 'interrupted' ? 1 : 0,
    DetectorFailures: record.facts?.detectorFailed == null ? 0 : 1,
    UnknownPrice: record.usage !== null && record.costUsd === null ? 1 : 0,
    ...(record.usage !== null && {
      PromptTokens: record.usage.promptTokens,
      CompletionTokens: record.usage.completionTokens,
    }),
    ...(record.costUsd !== null && { CostUsd: record.costUsd }),
    ...(record.timeToFirstTokenMs !== null && { TimeToFirstToken: record.timeToFirstTokenMs }),
    Duration: record.durationMs,
  };
}
