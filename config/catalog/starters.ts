/** Models that a first config begins with. Opinions, in the order of preference; everybody changes them later. */
import type { ProviderName } from '../vocabulary';
import type { Sourced } from './sourced';
import rows from './starters.json';

export interface OpenStarter extends Sourced {
  /** Name on Hugging Face, in the catalogue of models. */
  readonly model: string;
  readonly use: 'everyday' | 'hard';
  /** `english`: not for much else. */
  readonly languages: 'english' | 'many';
}

export interface ClosedStarter extends Sourced {
  readonly provider: ProviderName;
  /** Names that the provider uses. */
  readonly everyday: string;
  readonly hard: string;
}

export const openStarters: readonly OpenStarter[] = rows.open as readonly OpenStarter[];
export const closedStarters: readonly ClosedStarter[] = rows.closed as readonly ClosedStarter[];
