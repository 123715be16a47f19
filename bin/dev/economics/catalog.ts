/** What the page reads from the catalogue. */
import { type HostPrice, hostPrices } from '../../../config/catalog/host-prices';
import { type TokenOffer, tokenOffers } from '../../../config/catalog/prices';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../../../lib/economics/assumptions';
import type { Purchase } from '../../../lib/economics/fleet-economics';
import { DAYS_PER_MONTH, HOURS_PER_MONTH } from '../../../lib/economics/time';
import { listUsdPerMillionTokens } from '../../../lib/economics/token-cost';

/** Everything that is not said otherwise. */
export const ASSUMED: Assumptions = DEFAULT_ASSUMPTIONS;

export const HOSTS_ONLY: Assumptions = {
  ...ASSUMED,
  engineerHoursPerMonth: 0,
  setUpHours: 0,
  priceFallPerYear: 0,
};

export function offerOf(provider: string, model: string): TokenOffer {
  const row = tokenOffers.find((offer) => offer.provider === provider && offer.model === model);
  if (row === undefined) throw new Error(`the catalogue has no ${provider} ${model}`);
  return row;
}

/** The cheapest offer of the same weights in the usual mix. */
export function cheapestOf(openModel: string): TokenOffer {
  const priced = tokenOffers
    .filter((offer) => offer.openModel === openModel && listUsdPerMillionTokens(offer, ASSUMED) !== null)
    .toSorted((a, b) => millionTokensUsd(a) - millionTokensUsd(b));
  const [first] = priced;
  if (first === undefined) throw new Error(`the catalogue has no offer of ${openModel}`);
  return first;
}

/** A million tokens at an input share; nothing cached. */
export function millionTokensUsd(offer: TokenOffer, inputShare = ASSUMED.inputShare): number {
  const usd = listUsdPerMillionTokens(offer, { inputShare, cachedShare: 0 });
  if (usd === null) throw new Error(`the price of ${offer.provider} ${offer.model} is not known`);
  return usd;
}

/** A month at so many tokens a day. */
export const apiUsdPerMonth = (offer: TokenOffer, tokensPerDay: number, inputShare?: number): number =>
  (millionTokensUsd(offer, inputShare) * tokensPerDay * DAYS_PER_MONTH) / 1e6;

export function hostUsdPerHour(instanceType: string, purchase: Exclude<Purchase, 'reserved'>): number {
  const row: HostPrice | undefined = hostPrices.find((host) => host.instanceType === instanceType);
  const price = purchase === 'spot' ? row?.spot : row?.onDemand;
  if (price === null || price === undefined)
    throw new Error(`the catalogue has no ${purchase} price of ${instanceType}`);
  return price.usdPerHour;
}

export const hostUsdPerMonth = (instanceType: string, purchase: Exclude<Purchase, 'reserved'>): number =>
  hostUsdPerHour(instanceType, purchase) * HOURS_PER_MONTH;

/** Days of the oldest and the newest of some prices. */
export function daysOf(rows: readonly ({ readonly asOf: string } | null)[]): string {
  const days = rows.flatMap((row) => (row === null ? [] : [row.asOf])).toSorted();
  const [first, last] = [days[0] ?? '', days.at(-1) ?? ''];
  return first === last ? first : `${first} to ${last}`;
}
