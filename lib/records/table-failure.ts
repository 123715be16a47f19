/**
 * A line for a call to a table or to Secrets Manager that failed for good, after all its tries: a metric to alarm on, and
 * all that is needed to see what was lost by it. Nothing that a caller wrote is in it.
 */
import { NAMESPACE, ROUTER_DIMENSIONS } from './metrics';

export const TABLE_FAILURES = 'TableFailures';

export interface TableFailure {
  readonly table: 'keys' | 'fleet' | 'ledger' | 'secrets';
  /** What was to be done, such as `settle`. */
  readonly operation: string;
  /** The kind of the error, such as `ThrottlingException`. */
  readonly error: string;
  /** What it was about: names from the config, amounts. */
  readonly detail?: Readonly<Record<string, string | number>>;
}

export type ReportFailure = (failure: TableFailure) => void;

export const errorName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

export function tableFailureLine(deployment: string, lane: string, failure: TableFailure, nowMs: number): string {
  return JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        { Namespace: NAMESPACE, Dimensions: [ROUTER_DIMENSIONS], Metrics: [{ Name: TABLE_FAILURES, Unit: 'Count' }] },
      ],
    },
    Deployment: deployment,
    Lane: lane,
    [TABLE_FAILURES]: 1,
    kind: 'table_failure',
    ...failure,
  });
}
