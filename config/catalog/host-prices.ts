/**
 * What an hour of a GPU host costs, as of the day that each price states. `npm run prices` asks AWS anew; this is what there
 * is without a network. A running deployment asks for spot prices itself.
 */
import { hosts } from './host-prices.json';
import type { Sourced } from './sourced';

export interface HostPrice {
  readonly instanceType: string;
  readonly region: string;
  readonly onDemand: HourlyPrice | null;
  /** A typical hour, not that of one zone at one moment. */
  readonly spot: HourlyPrice | null;
  readonly interruptedPerMonth: InterruptionBucket | null;
  /** Why something is `null`. */
  readonly unknown: Readonly<Partial<Record<'onDemand' | 'spot' | 'interruptedPerMonth', string>>>;
}

export interface HourlyPrice extends Sourced {
  readonly usdPerHour: number;
}

/** Share of spot hosts that is interrupted in a month, as Spot Advisor states it. */
export interface InterruptionBucket extends Sourced {
  readonly from: number;
  /** `null`: the bucket is open, "more than 20 %". */
  readonly to: number | null;
}

export const hostPrices: readonly HostPrice[] = hosts;
