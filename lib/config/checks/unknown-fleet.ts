/** The fleet of a model exists. */
import type { Check } from '../check';
import { unknownName } from '../names';

export const unknownFleet: Check = (config) =>
  Object.entries(config.models).flatMap(([name, { fleet }]) => {
    if (fleet === undefined || Object.hasOwn(config.fleets, fleet)) return [];
    const known = Object.keys(config.fleets);
    return unknownName({
      code: 'unknown-fleet',
      path: ['models', name, 'fleet'],
      name: fleet,
      what: 'a fleet of this config',
      known,
      otherwise: `${known.length > 0 ? 'name one of them, or ' : ''}add \`${fleet}\` under \`fleets\``,
    });
  });
