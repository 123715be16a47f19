/** Where the open lane has no way out, no provider is on the internet. */
import { providers } from '../../../config/catalog';
import { isLoopback, isPrivateAddress } from '../../policy/boundary';
import { type Check, error } from '../check';

export const egress: Check = (config) => {
  if (config.network.egress !== 'none' || !config.lanes.includes('open')) return [];
  return Object.entries(config.providers).flatMap(([name, { baseUrl }]) => {
    const isPublic =
      baseUrl === undefined
        ? BY_INTERNET.includes(name) // An unknown provider without an address is said by `provider-known`.
        : !isPrivateAddress(baseUrl) && !isLoopback(baseUrl);
    if (!isPublic) return [];
    return error({
      code: 'egress',
      path: ['providers', name],
      found: `${name} on the internet, and \`network.egress: none\``,
      allowed: 'bedrock and providers at a private address',
      fix: 'set `network.egress: nat` (or ipv6), or remove the provider',
    });
  });
};

/** Bedrock's own address is reached by an interface endpoint. */
const BY_INTERNET: readonly string[] = providers.map(({ provider }) => provider).filter((name) => name !== 'bedrock');
