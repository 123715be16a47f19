/** Replicas that run already count as ours, so they stand at this machine or at a literal private address. */
import { isLoopback, isPrivateAddress } from '../../policy/boundary';
import { replicaAddresses } from '../addresses';
import { type Check, error } from '../check';
import { shown } from '../secrets';

export const replicaAddress: Check = (config) =>
  replicaAddresses(config).flatMap(({ path, url }) => {
    if (isLoopback(url) || isPrivateAddress(url)) return [];
    return error({
      code: 'replica-addresses',
      path,
      found: shown(url, path),
      allowed: 'loopback or a literal private address: restricted requests go to fleets',
      fix: 'write the private address itself, or make it a provider with `baseUrl` and `protocol: openai`',
    });
  });
