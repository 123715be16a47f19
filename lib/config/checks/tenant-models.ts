/** Every name a tenant may use is a model, one that a wildcard covers, `auto` or `task:NAME`. */
import type { Check } from '../check';
import { isModelName, routedNames, unknownName } from '../names';

export const tenantModels: Check = (config) =>
  Object.entries(config.tenants).flatMap(([tenant, { models = [] }]) =>
    models.flatMap((name, index) => {
      if (Object.hasOwn(config.models, name) || routedNames.includes(name) || isModelName(config, name)) return [];
      return unknownName({
        code: 'tenant-models',
        path: ['tenants', tenant, 'models', index],
        name,
        what: 'a model of this config, auto or task:NAME',
        known: Object.keys(config.models),
        also: routedNames,
        otherwise: `name one of them, or add \`${name}\` under \`models\``,
      });
    }),
  );
