/** Whether a model's licence forbids what the config says of its use. */
import { type CatalogLicence, licences } from '../../config/catalog';
import type { Config } from '../../config/schema';

export interface LicenceConflict {
  /** Key under `licences` that states the use. */
  readonly key: 'use' | 'monthlyActiveUsers' | 'trainOnAnswers';
  /** The use. */
  readonly stated: string;
  /** What the licence permits. */
  readonly permits: string;
  /** Besides another model, or leave of the licensor. */
  readonly change: string;
}

export const licenceOf = (id: string): CatalogLicence | undefined => licences.find((row) => row.id === id);

/** `null`: it permits the use, or its owner has, by a contract that the config names. */
export function licenceConflict(licence: CatalogLicence, stated: Config['licences']): LicenceConflict | null {
  const { use, monthlyActiveUsers = 0, trainOnAnswers, granted } = stated;
  if (granted[licence.id] !== undefined) return null;
  if ((licence.nonProduction || licence.nonCommercial) && use === 'production') {
    const permits = licence.nonProduction ? 'research and tests only' : 'uses that are not commercial';
    return { key: 'use', stated: 'production', permits, change: 'state `use: research` if it is no more than that' };
  }
  const users = licence.monthlyActiveUsers;
  if (users !== null && users.then === 'ask-licensor' && monthlyActiveUsers > users.above) {
    return {
      key: 'monthlyActiveUsers',
      stated: `${monthlyActiveUsers} users a month`,
      permits: `${users.above} of them without another licence`,
      change: 'correct the number',
    };
  }
  if (trainOnAnswers && licence.outputsForTraining !== null) {
    return {
      key: 'trainOnAnswers',
      stated: 'other models are trained on its answers',
      permits: TRAINING[licence.outputsForTraining],
      change: 'remove `trainOnAnswers`, and do not',
    };
  }
  return null;
}

const TRAINING: Readonly<Record<NonNullable<CatalogLicence['outputsForTraining']>, string>> = {
  'allowed-if-named': 'that only where their name begins as the licence says',
  'forbidden-for-other-models': 'that for its own family only',
  'terms-extend-to-trained-models': 'that only under the same terms',
};
