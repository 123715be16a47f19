/** What an hour of a GPU host costs: spot from the live market, on demand from the catalogue. US dollars. */
import { hostPrices } from '../../config/catalog/host-prices';

export interface GpuPrices {
  /** The account's region. */
  readonly region: string;
  /** Live, by `spotKey`. */
  readonly spotUsdPerHour: ReadonlyMap<string, number>;
  readonly onDemand: readonly OnDemandPrice[];
}

export interface OnDemandPrice {
  readonly instanceType: string;
  readonly region: string;
  readonly onDemandUsdPerHour: number;
}

/** Prices of the catalogue, as of the day that each of its rows states. */
export const CATALOG_ON_DEMAND: readonly OnDemandPrice[] = hostPrices.flatMap(({ instanceType, region, onDemand }) =>
  onDemand === null ? [] : [{ instanceType, region, onDemandUsdPerHour: onDemand.usdPerHour }],
);

export interface HostKind {
  readonly instanceType: string;
  /** Name of the availability zone, such as `us-east-1a`. */
  readonly zone: string;
  readonly spot: boolean;
}

export interface HostPrice {
  /** `null`: not known. */
  readonly usdPerHour: number | null;
  /** A price that stands in for the right one, which is not known. */
  readonly estimated: boolean;
}

export const spotKey = (instanceType: string, zone: string): string => `${instanceType} ${zone}`;

/**
 * The price of one host. Where the market states no spot price the price on demand stands in, which spot does not exceed;
 * where the catalogue has none of this region, that of the region it has.
 */
export function priceOf({ instanceType, zone, spot }: HostKind, prices: GpuPrices): HostPrice {
  const live = spot ? prices.spotUsdPerHour.get(spotKey(instanceType, zone)) : undefined;
  if (live !== undefined) return { usdPerHour: live, estimated: false };
  const rows = prices.onDemand.filter((row) => row.instanceType === instanceType);
  const here = rows.find(({ region }) => region === prices.region);
  const row = here ?? rows[0];
  return { usdPerHour: row?.onDemandUsdPerHour ?? null, estimated: row !== undefined && (spot || here === undefined) };
}
