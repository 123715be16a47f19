/**
 * One run of the spend meter, top to bottom: stale reservations → hosts and their dollars → replicas → the month → what fleets
 * are told of it → metrics.
 *
 * The parts do not need one another: where one fails the others still do their work, and the run fails at its end with all
 * that went wrong, so that the function's error alarm rings.
 */
import type { MeterDatum } from '../../lib/records/fleet-metrics';
import { type Host, kindsToPrice, meterHosts } from '../../lib/spend/gpu-cost';
import { CATALOG_ON_DEMAND, type HostKind } from '../../lib/spend/gpu-prices';
import { type KillSwitch, stageReached } from '../../lib/spend/kill-switch';
import { monthOf } from '../../lib/spend/ledger';
import { projectedMonthUsd } from '../../lib/spend/projection';
import type { Swept } from '../router/stores/sweep-reservations';
import type { MeterStore } from './meter-store';
import { type Findings, type GpuFindings, logLine, metricsOf } from './report';
import { type TellDeps, tellFleets } from './tell-fleets';

export interface MeterDeps extends TellDeps {
  readonly region: string;
  readonly store: MeterStore;
  /** `null`: none is configured. */
  readonly killSwitch: KillSwitch | null;
  readonly nowMs: () => number;
  readonly listHosts: () => Promise<readonly Host[]>;
  /** By `spotKey`. */
  readonly spotPrices: (kinds: readonly HostKind[]) => Promise<ReadonlyMap<string, number>>;
  readonly readyReplicas: (table: string, fleet: string) => Promise<number>;
  /** Gives back what requests set aside and never settled. */
  readonly sweepReservations: () => Promise<Swept>;
  readonly publish: (data: readonly MeterDatum[]) => Promise<void>;
  /** Takes the run's one line. */
  readonly log: (line: string) => void;
}

/** Rejects with all that failed. */
export async function runMeter(deps: MeterDeps): Promise<void> {
  const nowMs = deps.nowMs();
  const failures: Error[] = [];
  const part = async <T>(name: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      failures.push(new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }));
      return null;
    }
  };

  const swept = await part('reservations', () => deps.sweepReservations());
  const gpu = await part('GPU hosts', () => meterGpu(deps, nowMs));
  const ready = await Promise.all(
    Object.entries(deps.fleetTables).map(async ([fleet, table]) => {
      const replicas = await part(`replicas of ${fleet}`, () => deps.readyReplicas(table, fleet));
      return [fleet, replicas] as const;
    }),
  );
  // Without what the hosts cost since the last run the month would look cheaper than it is.
  const month = gpu === null ? null : await part('spend of the month', () => spendOfMonth(deps, gpu, nowMs));

  const stage = month === null ? null : stageReached(deps.killSwitch, month.spentUsd);
  // Of runs at once one tells: the one whose charges these are.
  if (stage !== null && gpu?.booked === true) await part('kill switch', () => tellFleets(deps, stage, nowMs));

  const findings: Findings = { gpu, ready: Object.fromEntries(ready), month, stage, swept };
  await part('metrics', () => deps.publish(metricsOf(findings)));
  deps.log(logLine(findings, nowMs, failures));
  if (failures.length > 0) {
    throw new AggregateError(failures, `the meter failed: ${failures.map(({ message }) => message).join('; ')}`);
  }
}

async function meterGpu({ store, region, listHosts, spotPrices }: MeterDeps, nowMs: number): Promise<GpuFindings> {
  const [last, hosts] = await Promise.all([store.read(), listHosts()]);
  const spotUsdPerHour = await spotPrices(kindsToPrice(last, hosts));
  // A run that died after it saved has left its charges.
  if (last !== null) await store.book(last);
  const metering = meterHosts(last, hosts, { region, spotUsdPerHour, onDemand: CATALOG_ON_DEMAND }, nowMs);
  // By a clock that stands behind the last run's there is nothing to charge yet.
  const booked = nowMs > (last?.runMs ?? 0) && (await store.save(metering.state, last));
  if (booked) await store.book(metering.state);
  return { ...metering, booked };
}

async function spendOfMonth({ store }: MeterDeps, { state }: GpuFindings, nowMs: number): Promise<Findings['month']> {
  const spentUsd = await store.spentUsd(monthOf(nowMs));
  return { spentUsd, projectedUsd: projectedMonthUsd(spentUsd, state.sinceMs, nowMs) };
}
