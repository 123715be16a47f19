/** The config at hand, if any, and which weights its fleets load. */
import type { Config } from '../../config/schema';
import type { Args } from '../commands/command';
import { configAtHand, loadConfig } from '../commands/load-config';
import { loadLock, lockFileOf } from '../commands/lock-file';
import { type FleetWeights, weightsOfFleets } from './weights';

export interface KnownWeights extends FleetWeights {
  readonly config: Config | null;
}

/** `undefined`: the config has errors, which are printed. */
export function knownWeights(args: Args): KnownWeights | undefined {
  const config = configAtHand(args, 'bucket');
  if (config === undefined) return undefined;
  if (config === null) return { config, weights: [], problems: [] };
  return { config, ...weightsOfFleets(config, loadLock(lockFileOf(loadConfig(args).file))) };
}
