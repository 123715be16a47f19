/** The provider of a model exists. */
import type { Check } from '../check';
import { unknownName } from '../names';

export const unknownProvider: Check = (config) =>
  Object.entries(config.models).flatMap(([name, { provider }]) => {
    if (provider === undefined || Object.hasOwn(config.providers, provider)) return [];
    const known = Object.keys(config.providers);
    return unknownName({
      code: 'unknown-provider',
      path: ['models', name, 'provider'],
      name: provider,
      what: 'a provider of this config',
      known,
      otherwise: `${known.length > 0 ? 'name one of them, or ' : ''}add \`${provider}\` under \`providers\``,
    });
  });
