/** What a run has found, as metrics and as its log line. */
import type { MeterDatum, MeterMetricName } from '../../lib/records/fleet-metrics';
import type { FleetCost, Metering } from '../../lib/spend/gpu-cost';
import type { ReachedStage } from '../../lib/spend/kill-switch';
import type { Swept } from '../router/stores/sweep-reservations';

/** Each part is `null` where it failed. */
export interface Findings {
  readonly gpu: GpuFindings | null;
  /** Ready replicas by fleet. */
  readonly ready: Readonly<Record<string, number | null>>;
  readonly month: { readonly spentUsd: number; readonly projectedUsd: number } | null;
  /** At which the kill switch is. */
  readonly stage: ReachedStage | null;
  readonly swept: Swept | null;
}

export interface GpuFindings extends Metering {
  /** Whether this run's charges are its own to report. `false`: another run was faster and has them. */
  readonly booked: boolean;
}

/** What is not known is not published: a missing value is seen, a 0 would be believed. */
export function metricsOf({ gpu, ready, month }: Findings): MeterDatum[] {
  const data: MeterDatum[] = [];
  const add = (name: MeterMetricName, fleet: string | null, value: number | null): void => {
    if (value !== null) data.push({ name, fleet, value });
  };
  for (const [fleet, replicas] of Object.entries(ready)) add('ReadyReplicas', fleet, replicas);
  if (gpu !== null) {
    const fleets = new Set([...Object.keys(ready), ...Object.keys(gpu.fleets)]);
    for (const fleet of fleets) {
      const { hosts, usdPerHour, usd } = gpu.fleets[fleet] ?? NO_COST;
      add('Hosts', fleet, hosts);
      add('GpuUsdPerHour', fleet, usdPerHour);
      add('GpuUsd', fleet, gpu.booked ? usd : null);
    }
    add('GpuUsdPerHour', null, sumOf(gpu, 'usdPerHour'));
    add('GpuUsd', null, gpu.booked ? sumOf(gpu, 'usd') : null);
    add('UnknownGpuPrice', null, gpu.unpriced.length);
  }
  add('SpendMonthUsd', null, month?.spentUsd ?? null);
  add('ProjectedMonthUsd', null, month?.projectedUsd ?? null);
  return data;
}

const NO_COST: FleetCost = { hosts: 0, usdPerHour: 0, usd: 0 };

const sumOf = ({ fleets }: Metering, key: keyof FleetCost): number =>
  Object.values(fleets).reduce((sum, fleet) => sum + fleet[key], 0);

export function logLine(
  { gpu, ready, month, stage, swept }: Findings,
  timeMs: number,
  failures: readonly Error[],
): string {
  return JSON.stringify({
    kind: 'spend-meter',
    time: new Date(timeMs).toISOString(),
    fleets: gpu?.fleets ?? null,
    booked: gpu?.booked ?? null,
    unpricedTypes: gpu === null ? null : [...new Set(gpu.unpriced)],
    estimatedHosts: gpu?.estimatedHosts ?? null,
    ready,
    month,
    stage,
    swept,
    failures: failures.map(({ message }) => message),
  });
}
