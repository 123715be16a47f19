/** A listed instance type has the form `family.size`. */
import { instances } from '../../../config/catalog';
import { type Check, error } from '../check';
import { shown } from '../secrets';
import { didYouMean, listed } from '../words';

export const instanceTypes: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) =>
    (fleet.instances === 'auto' ? [] : fleet.instances).flatMap((type, index) => {
      if (/^[a-z][a-z0-9-]*\.(metal|nano|micro|small|medium|\d*x?large)(-[a-z0-9]+)*$/.test(type)) return [];
      const path = ['fleets', name, 'instances', index];
      const known = instances.map(({ instanceType }) => instanceType);
      return error({
        code: 'instance-types',
        path,
        found: shown(type, path),
        allowed: `family.size, such as ${listed(known)}`,
        fix: didYouMean(type, known, 'name one of them, or write `instances: auto`'),
      });
    }),
  );
