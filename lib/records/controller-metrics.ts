/** What the fleet controller says of each fleet, as lines of CloudWatch's embedded metric format. */
import type { FleetCounts } from '../capacity/fleet-counts';
import { FLEET_DIMENSIONS } from './fleet-metrics';
import { NAMESPACE } from './metrics';

export const CONTROLLER_METRICS = {
  WantedReplicas: 'Count',
  /** Replicas that are wanted and do not answer. */
  MissingReplicas: 'Count',
  FailedBoots: 'Count',
  /** Hosts that EC2 took back. */
  Interruptions: 'Count',
  /** Engines that had served and hung or ended, whether they were started again or given up. */
  EngineFailures: 'Count',
  /** Of all replicas that are ready, as the next two. */
  RunningRequests: 'Count',
  /** Requests that an engine has taken and not begun. */
  WaitingRequests: 'Count',
  /** Mean over the replicas. */
  KvCacheUse: 'Percent',
} as const;

export type ControllerMetricName = keyof typeof CONTROLLER_METRICS;

/**
 * The line of one look. CloudWatch charges for a metric in each hour in which it has a value: what did not happen has none,
 * and a fleet without a replica has no load.
 */
export function controllerMetricLine(deployment: string, fleet: string, counts: FleetCounts, nowMs: number): string {
  const values = metricValues(counts);
  const metrics = Object.keys(values).map((name) => ({
    Name: name,
    Unit: CONTROLLER_METRICS[name as ControllerMetricName],
  }));
  return JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [FLEET_DIMENSIONS], Metrics: metrics }],
    },
    Deployment: deployment,
    Fleet: fleet,
    ...values,
  });
}

function metricValues(counts: FleetCounts): Partial<Record<ControllerMetricName, number>> {
  const { wanted, missing, failedBoots, interruptions, engineFailures, load } = counts;
  return {
    WantedReplicas: wanted,
    MissingReplicas: missing,
    ...(failedBoots > 0 && { FailedBoots: failedBoots }),
    ...(interruptions > 0 && { Interruptions: interruptions }),
    ...(engineFailures > 0 && { EngineFailures: engineFailures }),
    ...(load !== null && {
      RunningRequests: load.running,
      WaitingRequests: load.waiting,
      KvCacheUse: load.kvUse * 100,
    }),
  };
}
