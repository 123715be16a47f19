/** The closed providers that a first config has: those that the answers allow. */
import { type ClosedStarter, closedStarters } from '../../config/catalog/starters';
import type { Answers } from './answers';

/** Those with a contract first. Empty: nothing may leave the account. */
export function closedTargets({ data, providers, agreements }: Answers): readonly ClosedStarter[] {
  const withAgreement = closedStarters.filter(({ provider }) => Object.hasOwn(agreements, provider));
  const withKey = closedStarters.filter(
    (row) => providers.some((name) => name === row.provider) && !withAgreement.includes(row),
  );
  const bedrock = closedStarters.filter(({ provider }) => provider === 'bedrock');
  switch (data) {
    case 'account':
      return [];
    case 'region':
      return bedrock;
    case 'agreement':
      return withAgreement.length > 0 ? withAgreement : bedrock;
    case 'anywhere': {
      const all = [...withAgreement, ...withKey];
      return all.length > 0 ? all : bedrock;
    }
  }
}
