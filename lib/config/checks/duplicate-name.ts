/** No list names the same thing twice, and no two routes or detectors share a name. */
import type { Config } from '../../../config/schema';
import { type Check, error } from '../check';
import type { Path } from '../findings';
import { shown } from '../secrets';

export const duplicateName: Check = (config) =>
  lists(config).flatMap(({ at, names, key = [] }) =>
    names.flatMap((name, index) => {
      if (names.indexOf(name) === index) return [];
      const path = [...at, index, ...key];
      return error({
        code: 'duplicate-name',
        path,
        found: `${shown(name, path)} a second time`,
        allowed: 'each name once',
        fix: key.length > 0 ? 'rename one of the two' : 'remove one of the two',
      });
    }),
  );

interface NameList {
  readonly at: Path;
  readonly names: readonly string[];
  /** Where the name stands within an item of the list. */
  readonly key?: Path;
}

function lists(config: Config): NameList[] {
  const { routes, models, tenants, lanes, network, sensitivity, alarms } = config;
  return [
    { at: ['lanes'], names: lanes },
    { at: ['network', 'azs'], names: network.azs ?? [] },
    ...Object.entries(models).map(([name, { fallback = [] }]) => ({
      at: ['models', name, 'fallback'],
      names: fallback,
    })),
    { at: ['routes'], names: routes.map(({ name }) => name), key: ['name'] },
    ...routes.map(({ to }, index) => ({ at: ['routes', index, 'to'], names: to })),
    ...Object.entries(tenants).map(([name, tenant]) => ({
      at: ['tenants', name, 'models'],
      names: tenant.models ?? [],
    })),
    {
      at: ['sensitivity', 'detect', 'custom'],
      names: sensitivity.detect.custom.map(({ name }) => name),
      key: ['name'],
    },
    { at: ['alarms', 'notify'], names: alarms === undefined || alarms.notify === 'none' ? [] : alarms.notify },
  ];
}
