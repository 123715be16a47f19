/** Prices of GPU hosts from AWS: what a row of the catalogue says after a refresh. */
import type { HostPrice, HourlyPrice } from '../../../config/catalog/host-prices';

export interface HostPriceSource {
  /** Linux, shared tenancy. `null`: not for sale there. */
  onDemandUsdPerHour(instanceType: string, region: string): Promise<number | null>;
  /** Every change of a spot price since then, and the price that held then; of all types and zones of the region. */
  spotHistory(instanceTypes: readonly string[], region: string, sinceMs: number): Promise<readonly SpotPoint[]>;
}

/** From this moment on the price holds. */
export interface SpotPoint {
  readonly instanceType: string;
  readonly zone: string;
  readonly usdPerHour: number;
  readonly atMs: number;
}

/** Spot prices are averaged over so many days: a moment's price of one zone says little of a month. */
export const SPOT_DAYS = 14;
const DAY_MS = 86_400_000;

/** @throws what the source throws; then nothing has been changed */
export async function refreshedHosts(
  rows: readonly HostPrice[],
  source: HostPriceSource,
  nowMs: number,
): Promise<readonly HostPrice[]> {
  const asOf = new Date(nowMs).toISOString().slice(0, 10);
  const sinceMs = nowMs - SPOT_DAYS * DAY_MS;
  const spotUsd = new Map<string, number | null>();
  for (const region of new Set(rows.map((row) => row.region))) {
    const types = rows.filter((row) => row.region === region).map(({ instanceType }) => instanceType);
    const points = await source.spotHistory(types, region, sinceMs);
    for (const type of types) spotUsd.set(`${region} ${type}`, typicalSpotUsd(pointsOf(points, type), sinceMs, nowMs));
  }
  const refreshed: HostPrice[] = [];
  for (const row of rows) {
    const onDemand = await source.onDemandUsdPerHour(row.instanceType, row.region);
    const spot = spotUsd.get(`${row.region} ${row.instanceType}`) ?? null;
    refreshed.push({
      ...row,
      onDemand: hourly(onDemand, 'AWS Price List, GetProducts: Linux, shared', asOf),
      spot: hourly(spot, `EC2 DescribeSpotPriceHistory: ${SPOT_DAYS} days, median of the zones' means over time`, asOf),
      unknown: {
        ...(onDemand === null && { onDemand: `not for sale in ${row.region}` }),
        ...(spot === null && { spot: `no spot price in ${row.region} in ${SPOT_DAYS} days` }),
        ...(row.unknown.interruptedPerMonth !== undefined && { interruptedPerMonth: row.unknown.interruptedPerMonth }),
      },
    });
  }
  return refreshed;
}

const hourly = (usdPerHour: number | null, source: string, asOf: string): HourlyPrice | null =>
  usdPerHour === null ? null : { usdPerHour, source, asOf };

const pointsOf = (points: readonly SpotPoint[], type: string): readonly SpotPoint[] =>
  points.filter(({ instanceType }) => instanceType === type);

/** Each zone's mean over time, then the median of the zones. `null`: no zone has a price. */
export function typicalSpotUsd(points: readonly SpotPoint[], sinceMs: number, untilMs: number): number | null {
  const zones = [...new Set(points.map(({ zone }) => zone))];
  const means = zones
    .map((zone) =>
      meanOverTime(
        points.filter((point) => point.zone === zone),
        sinceMs,
        untilMs,
      ),
    )
    .toSorted((a, b) => a - b);
  const [low, high] = [means[Math.floor((means.length - 1) / 2)], means[Math.floor(means.length / 2)]];
  return low === undefined || high === undefined ? null : rounded((low + high) / 2);
}

/** The first price of a zone holds from the beginning, if it is not older. */
function meanOverTime(points: readonly SpotPoint[], sinceMs: number, untilMs: number): number {
  const sorted = points.toSorted((a, b) => a.atMs - b.atMs);
  const weighted = sorted.map(({ usdPerHour, atMs }, index) => {
    const fromMs = index === 0 ? sinceMs : Math.max(atMs, sinceMs);
    const toMs = Math.max(fromMs, sorted[index + 1]?.atMs ?? untilMs);
    return { usd: usdPerHour * (toMs - fromMs), ms: toMs - fromMs };
  });
  return sum(weighted.map(({ usd }) => usd)) / sum(weighted.map(({ ms }) => ms));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** EC2 states four decimals. */
const rounded = (usd: number): number => Math.round(usd * 10_000) / 10_000;
