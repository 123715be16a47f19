/**
 * From how many tokens a day a fleet of one's own costs less than a model that is paid by the token.
 *
 * Both are costs of a day. By the token: tokens × mean list price over the horizon. A fleet: whole replicas that run all
 * day, as many as the mean load needs at `maxUtilization`, plus spare ones, engineers and the idle floor. A day's load is
 * taken as spread evenly; `maxUtilization` stands for peaks. Scaling to zero is not counted: it would only help the fleet.
 */
import { type Assumptions, stressed } from './assumptions';
import { type FleetEconomics, type Purchase, tokensPerSecond } from './fleet-economics';
import { meanPriceFactor } from './price-fall';
import { type Crossing, type Staircase, cheaperFrom } from './staircase';
import { DAYS_PER_MONTH, HOURS_PER_DAY, SECONDS_PER_DAY } from './time';
import { type ListPrice, listUsdPerMillionTokens } from './token-cost';

/** `token-price-unknown`, `host-price-unknown`: nothing can be said. `never-pays`: a full replica costs more than its tokens. */
export type BreakEvenVerdict = 'pays' | 'never-pays' | 'token-price-unknown' | 'host-price-unknown';

export interface BreakEven {
  readonly verdict: BreakEvenVerdict;
  /** Tokens a day, read and written, from which the fleet is cheaper and stays so; `null`: it never is, or not known. */
  readonly tokensPerDay: number | null;
  /** The same under `stressed` assumptions. */
  readonly stressedTokensPerDay: number | null;
  /** Replicas that run at `tokensPerDay`, spare ones too. More than the fleet's `max`: it cannot get there. */
  readonly replicas: number | null;
  /** What either costs at `tokensPerDay`. */
  readonly usdPerMonth: number | null;
}

const MILLION = 1_000_000;

export function breakEven(
  fleet: FleetEconomics,
  purchase: Purchase,
  price: ListPrice,
  assumed: Assumptions,
): BreakEven {
  const stairs = staircaseOf(fleet, purchase, price, assumed);
  if (typeof stairs === 'string') return { ...NOTHING, verdict: stairs };
  const crossing = cheaperFrom(stairs);
  if (crossing === null) return { ...NOTHING, verdict: 'never-pays' };
  return {
    verdict: 'pays',
    tokensPerDay: crossing.units,
    stressedTokensPerDay: crossingOf(staircaseOf(fleet, purchase, price, stressed(assumed)))?.units ?? null,
    replicas: crossing.steps + fleet.spareReplicas,
    usdPerMonth: crossing.usd * DAYS_PER_MONTH,
  };
}

const NOTHING = { tokensPerDay: null, stressedTokensPerDay: null, replicas: null, usdPerMonth: null } as const;

const crossingOf = (stairs: Staircase | string): Crossing | null =>
  typeof stairs === 'string' ? null : cheaperFrom(stairs);

/** US dollars a day by tokens a day; a word when a price is missing. */
export function staircaseOf(
  fleet: FleetEconomics,
  purchase: Purchase,
  price: ListPrice,
  assumed: Assumptions,
): Staircase | 'token-price-unknown' | 'host-price-unknown' {
  const listUsd = listUsdPerMillionTokens(price, assumed);
  if (listUsd === null) return 'token-price-unknown';
  const usdPerHour = hostUsdPerHour(fleet, purchase, assumed);
  if (usdPerHour === null) return 'host-price-unknown';
  const replicaUsdPerDay = usdPerHour * HOURS_PER_DAY;
  return {
    unitUsd: (listUsd / MILLION) * meanPriceFactor(assumed.priceFallPerYear, assumed.horizonMonths),
    stepUsd: replicaUsdPerDay,
    stepUnits: replicaTokensPerDay(fleet, assumed),
    fixedUsd: fixedUsdPerDay(assumed) + fleet.spareReplicas * replicaUsdPerDay,
    minSteps: fleet.minReplicas,
  };
}

/** Tokens a day that one replica is given: its throughput in this mix, as far as it may be used. */
export const replicaTokensPerDay = (fleet: FleetEconomics, assumed: Assumptions): number =>
  tokensPerSecond(fleet, assumed) * assumed.throughputFactor * assumed.maxUtilization * SECONDS_PER_DAY;

/** `null`: not known. */
export function hostUsdPerHour(fleet: FleetEconomics, purchase: Purchase, assumed: Assumptions): number | null {
  const today = fleet.usdPerHour[purchase];
  if (purchase !== 'spot' || today === null) return today;
  const onDemand = fleet.usdPerHour['on-demand'] ?? Number.POSITIVE_INFINITY;
  return Math.max(today, Math.min(today * assumed.spotPriceFactor, onDemand));
}

/** Engineers and what stands there, which do not grow with the load. */
export function fixedUsdPerDay(assumed: Assumptions): number {
  const hoursPerMonth = assumed.engineerHoursPerMonth + assumed.setUpHours / assumed.horizonMonths;
  return (hoursPerMonth * assumed.engineerUsdPerHour + assumed.idleUsdPerMonth) / DAYS_PER_MONTH;
}
