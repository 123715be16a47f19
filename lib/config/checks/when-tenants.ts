/** A tenant in a route's condition exists; `local` is the one that `serve` makes. */
import type { Check } from '../check';
import { LOCAL_TENANT } from '../../tables/key-row';
import { unknownName } from '../names';

export const whenTenants: Check = (config) =>
  config.routes.flatMap(({ when }, route) => {
    const written = when?.tenant ?? [];
    return [written].flat().flatMap((name, index) => {
      if (name === LOCAL_TENANT || Object.hasOwn(config.tenants, name)) return [];
      return unknownName({
        code: 'when-tenants',
        path: ['routes', route, 'when', 'tenant', ...(Array.isArray(written) ? [index] : [])],
        name,
        what: 'a tenant of this config',
        known: [...Object.keys(config.tenants), LOCAL_TENANT],
        otherwise: `name one of them, or add \`${name}\` under \`tenants\``,
      });
    });
  });
