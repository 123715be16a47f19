/** Keys and prompts go over http only to this machine or to a literal private address. */
import { isLoopback, isPrivateAddress } from '../../policy/boundary';
import { providerAddresses } from '../addresses';
import { type Check, error } from '../check';
import { shown } from '../secrets';

export const baseUrlClearText: Check = (config) =>
  providerAddresses(config).flatMap(({ path, url }) => {
    if (!url.toLowerCase().startsWith('http:') || isLoopback(url) || isPrivateAddress(url)) return [];
    return error({
      code: 'base-url-clear-text',
      path,
      found: shown(url, path),
      allowed: 'https, or http to loopback or to a literal private address such as 10.0.7.4',
      fix: 'write https://, or the private address itself: what a name resolves to can change',
    });
  });
