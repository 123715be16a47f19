/** An address carries no user, password, query or fragment: keys belong in `secret`. */
import { type Check, error } from '../check';
import { addresses } from '../addresses';

export const baseUrlCredentials: Check = (config) =>
  addresses(config).flatMap(({ path, url }) => {
    const { username, password, search, hash } = new URL(url);
    const extra =
      username + password !== '' ? 'a user or password' : search + hash !== '' ? 'a query or fragment' : null;
    if (extra === null) return [];
    return error({
      code: 'base-url-credentials',
      path,
      found: `an address with ${extra} (not shown)`,
      allowed: 'scheme, host, port and path',
      fix: 'remove it; the key of a provider is named in `secret`',
    });
  });
