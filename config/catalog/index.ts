/**
 * The catalogue: facts that age, kept as data with their source and date.
 * Prices are US dollars; `null` means that the source states none.
 */
import type { ProviderName, Protocol } from '../vocabulary';
import providerRows from './providers.json';
import type { Sourced } from './sourced';

export type { Architecture } from './architecture';
export { type CatalogCheckpoint, checkpoints, type QuantizedFormat } from './checkpoints';
export { type CatalogGpu, gpus } from './gpus';
export { type CatalogInstance, instances, type UnknownInstance, unknownInstances } from './instances';
export { type CatalogLicence, licences } from './licences';
export { type CatalogModel, models } from './models';
export { type CatalogInfill, infillOf, infills } from './infill';
export { type CatalogParsers, parsers, parsersOf, type RegisteredParsers, registeredParsers } from './parsers';
export { type CatalogPrice, type LongPrompts, prices } from './prices';
export { serviceTiersOf } from './service-tiers';
export type { Sourced } from './sourced';

export interface CatalogProvider extends Sourced {
  readonly provider: ProviderName;
  readonly protocol: Protocol;
  /** What the provider's own SDK takes; `{region}` is the config's region. */
  readonly baseUrl: string;
}

export const providers: readonly CatalogProvider[] = providerRows.providers as CatalogProvider[];
