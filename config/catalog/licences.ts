/** Licences of open models with their conditions as data. Not legal advice: `url` is the text that counts. */
import { licences as licenceRows } from './licences.json';
import type { Sourced } from './sourced';

export interface CatalogLicence extends Sourced {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** What changes above a number of monthly active users. */
  readonly monthlyActiveUsers: { readonly above: number; readonly then: 'ask-licensor' | 'show-the-name' } | null;
  /** What it says of training other models on the answers; `null`: nothing (or not read, see `missing`). */
  readonly outputsForTraining:
    | 'allowed-if-named'
    | 'forbidden-for-other-models'
    | 'terms-extend-to-trained-models'
    | null;
  /** Research and tests only. */
  readonly nonProduction: boolean;
  readonly nonCommercial: boolean;
  /** What has to be shown or named; `null`: nothing but the licence itself. */
  readonly attribution: string | null;
  /** The hub gives the weights to those who accepted it. */
  readonly acceptanceNeeded: boolean;
  /** It lists uses that it forbids. */
  readonly useRestrictions: boolean;
  /** Where it grants nothing. */
  readonly excludedRegions: readonly string[];
  /** What is not known of it. */
  readonly missing: readonly string[];
  /** `false`: its text was not read for this row. */
  readonly verified: boolean;
}

export const licences: readonly CatalogLicence[] = licenceRows as readonly CatalogLicence[];
