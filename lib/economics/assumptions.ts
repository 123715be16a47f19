/** What break-even assumes, and what it assumes on a bad day. */
import type { Config } from '../../config/schema';
import type { TrafficMix } from './traffic-mix';

export interface Assumptions extends TrafficMix {
  /** Share of a replica's throughput that the load may take on average: the rest is for peaks. */
  readonly maxUtilization: number;
  readonly engineerUsdPerHour: number;
  /** Hours a month that running the fleet takes over using an API. */
  readonly engineerHoursPerMonth: number;
  /** Hours that it takes once, spread over `horizonMonths`. */
  readonly setUpHours: number;
  /** How long the decision holds. */
  readonly horizonMonths: number;
  /** By how much tokens at a provider get cheaper in a year, 0 to 1. Hosts are assumed to keep their price. */
  readonly priceFallPerYear: number;
  /** What the rest of the deployment costs while it only stands there: `idleFloor`, as far as an API alone would not need it. */
  readonly idleUsdPerMonth: number;
  /** Spot price over today's; never above the price on demand, for which one would change over. */
  readonly spotPriceFactor: number;
  /** Real throughput over the estimated one. */
  readonly throughputFactor: number;
}

/** What the config's section `economics` does not ask for. */
export const DEFAULT_ASSUMPTIONS: Assumptions = {
  inputShare: 0.75,
  cachedShare: 0,
  maxUtilization: 0.5,
  engineerUsdPerHour: 90,
  engineerHoursPerMonth: 40,
  setUpHours: 40,
  horizonMonths: 12,
  priceFallPerYear: 0.5,
  idleUsdPerMonth: 0,
  spotPriceFactor: 1,
  throughputFactor: 1,
};

/** @param idleUsdPerMonth the whole idle floor, to be on the safe side: a router alone would need a part of it too */
export function assumptionsOf(economics: Config['economics'], idleUsdPerMonth: number): Assumptions {
  const { reservedUsdPerHour: _ofEachFleet, ...stated } = economics;
  return { ...DEFAULT_ASSUMPTIONS, ...stated, idleUsdPerMonth };
}

/** How the pessimist changes what is assumed. */
export const STRESS = {
  /** Peaks are steeper: two thirds of the load that was thought possible. */
  maxUtilizationFactor: 2 / 3,
  /** Spot hosts cost half as much again. */
  spotPriceFactor: 1.5,
  /** The error that the throughput estimate states. */
  throughputFactor: 0.75,
  /** Half as many hours of engineers again. */
  engineerHoursFactor: 1.5,
  /** In one year tokens fall as far as was assumed of two. */
  priceFallYears: 2,
} as const;

export function stressed(assumed: Assumptions): Assumptions {
  return {
    ...assumed,
    maxUtilization: assumed.maxUtilization * STRESS.maxUtilizationFactor,
    spotPriceFactor: assumed.spotPriceFactor * STRESS.spotPriceFactor,
    throughputFactor: assumed.throughputFactor * STRESS.throughputFactor,
    engineerHoursPerMonth: assumed.engineerHoursPerMonth * STRESS.engineerHoursFactor,
    setUpHours: assumed.setUpHours * STRESS.engineerHoursFactor,
    priceFallPerYear: 1 - (1 - assumed.priceFallPerYear) ** STRESS.priceFallYears,
  };
}
