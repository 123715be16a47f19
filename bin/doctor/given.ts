/** Config and lock as the checks take them. */
import type { Lock } from '../../config/lock';
import type { Config } from '../../config/schema';
import { resolve } from '../../lib/selection/resolve';
import type { Given } from './check';

export function givenOf(config: Config, lock: Lock | null, qualifier: string): Given {
  const { choices, amiId, engineDigest, problems } = resolve(config, lock);
  const fleets = Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const choice = choices[name];
    return choice === undefined ? [] : [{ name, fleet, choice }];
  });
  return { config, fleets, amiId, engineDigest, lockProblems: problems, qualifier };
}
