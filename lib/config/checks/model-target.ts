/** A model has exactly one target: a fleet or a provider. */
import { type Check, error } from '../check';

export const modelTarget: Check = (config) =>
  Object.entries(config.models).flatMap(([name, { fleet, provider }]) => {
    if ((fleet === undefined) !== (provider === undefined)) return [];
    const none = fleet === undefined;
    return error({
      code: 'model-target',
      path: ['models', name],
      found: none ? 'neither `fleet` nor `provider`' : '`fleet` and `provider`',
      allowed: 'exactly one of `fleet` and `provider`',
      fix: none ? 'say which fleet or provider serves it' : 'keep one, and name the other model in `fallback`',
    });
  });
