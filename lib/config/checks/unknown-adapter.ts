/** The adapter of a model is one that its fleet loads. */
import type { Config } from '../../../config/schema';
import { type Check, type CheckFinding, error } from '../check';
import { unknownName } from '../names';

export const unknownAdapter: Check = (config) =>
  Object.entries(config.models).flatMap(([name, model]) => adapterFindings(config, name, model));

function adapterFindings(config: Config, name: string, model: Config['models'][string]): CheckFinding[] {
  const { adapter, fleet: fleetName } = model;
  if (adapter === undefined) return [];
  const at = { code: 'unknown-adapter', path: ['models', name, 'adapter'] };
  if (fleetName === undefined) {
    return [
      error({
        ...at,
        found: 'an adapter without a fleet',
        allowed: 'adapters of a fleet: providers load none',
        fix: 'remove `adapter`, or name the `fleet` that loads it',
      }),
    ];
  }
  const fleet = Object.hasOwn(config.fleets, fleetName) ? config.fleets[fleetName] : undefined;
  // A fleet that does not exist is said by its own check.
  if (fleet === undefined || Object.hasOwn(fleet.adapters, adapter)) return [];
  return [
    unknownName({
      ...at,
      name: adapter,
      what: `an adapter of fleet ${fleetName}`,
      known: Object.keys(fleet.adapters),
      otherwise: `add \`${adapter}: s3://…\` under \`fleets.${fleetName}.adapters\``,
    }),
  ];
}
