/**
 * What a provider charges where a request is served otherwise than usual: sooner, later, or in a batch. A tier that is not
 * here has no price that is known.
 */
import type { ProviderName } from '../vocabulary';
import type { Sourced } from './sourced';
import rows from './service-tiers.json';

export interface CatalogServiceTier extends Sourced {
  readonly provider: ProviderName;
  /** As the provider's answers name it. */
  readonly tier: string;
  /** `null`: all of the provider's. */
  readonly models: readonly string[] | null;
  /** All prices of tokens are the usual ones times this. */
  readonly timesPrice: number;
}

const serviceTiers: readonly CatalogServiceTier[] = rows.tiers as CatalogServiceTier[];

/** By tier: what the usual prices of a model are multiplied by. */
export function serviceTiersOf(provider: string, model: string): Readonly<Record<string, number>> {
  const own = serviceTiers.filter((row) => row.provider === provider && (row.models?.includes(model) ?? true));
  return Object.fromEntries(own.map(({ tier, timesPrice }) => [tier, timesPrice]));
}
