/** `auto` and `task:NAME` ask the routes, so no model has such a name. */
import { AUTO, TASK_PREFIX } from '../../policy/models';
import { type Check, error } from '../check';
import { shown } from '../secrets';

export const reservedName: Check = (config) =>
  Object.keys(config.models)
    .filter((name) => name === AUTO || name.startsWith(TASK_PREFIX))
    .map((name) =>
      error({
        code: 'reserved-name',
        path: ['models', name],
        found: shown(name, ['models', name]),
        allowed: `any name but ${AUTO} and ${TASK_PREFIX}…, which ask the routes`,
        fix: 'rename the model; what `auto` means is written under `routes`',
      }),
    );
