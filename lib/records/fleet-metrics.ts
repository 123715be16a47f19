/** What the spend meter publishes at each run: hosts, replicas and dollars. Names, units and dimensions in one place. */

export const METER_METRICS = {
  /** Replicas that answer now. */
  ReadyReplicas: 'Count',
  /** Instances that cost money now, of both groups, booting ones too. */
  Hosts: 'Count',
  GpuUsdPerHour: 'None',
  /** Since the last run: a sum over time is what was spent in it. */
  GpuUsd: 'None',
  /** Tokens and GPUs of this month so far. */
  SpendMonthUsd: 'None',
  /** What the month comes to if it goes on as it has so far. */
  ProjectedMonthUsd: 'None',
  /** Hosts without a known price: they cost money that no other metric here shows. */
  UnknownGpuPrice: 'Count',
} as const;

export type MeterMetricName = keyof typeof METER_METRICS;

export const FLEET_DIMENSIONS = ['Deployment', 'Fleet'] as const;
export const DEPLOYMENT_DIMENSIONS = ['Deployment'] as const;

/** Published for each fleet. */
export const PER_FLEET = [
  'ReadyReplicas',
  'Hosts',
  'GpuUsdPerHour',
  'GpuUsd',
] as const satisfies readonly MeterMetricName[];

/** Published for the deployment as a whole. */
export const PER_DEPLOYMENT = [
  'GpuUsdPerHour',
  'GpuUsd',
  'SpendMonthUsd',
  'ProjectedMonthUsd',
  'UnknownGpuPrice',
] as const satisfies readonly MeterMetricName[];

/** One value to publish. Without a fleet it is the deployment's. */
export interface MeterDatum {
  readonly name: MeterMetricName;
  readonly fleet: string | null;
  readonly value: number;
}
