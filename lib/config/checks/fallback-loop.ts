/** Following `fallback` from any model never comes back to it. */
import type { Config } from '../../../config/schema';
import { type Check, type CheckFinding, error } from '../check';
import { modelKey } from '../names';

export const fallbackLoop: Check = (config) => {
  const findings: CheckFinding[] = [];
  const done = new Set<string>();
  for (const name of Object.keys(config.models)) follow(config, name, [], done, findings);
  return findings;
};

/** Depth first; a step back onto the trail closes a loop. */
function follow(config: Config, name: string, trail: string[], done: Set<string>, findings: CheckFinding[]): void {
  if (done.has(name)) return;
  trail.push(name);
  for (const [index, written] of (config.models[name]?.fallback ?? []).entries()) {
    const next = modelKey(config, written);
    // A name that stands for nothing is said by its own check.
    if (next === null) continue;
    const start = trail.indexOf(next);
    if (start === -1) follow(config, next, trail, done, findings);
    else findings.push(loop([...trail.slice(start), next], ['models', name, 'fallback', index]));
  }
  trail.pop();
  done.add(name);
}

function loop(names: readonly string[], path: CheckFinding['path']): CheckFinding {
  return error({
    code: 'fallback-loop',
    path,
    found: `the loop ${names.join(' → ')}`,
    allowed: 'a chain that ends',
    fix: `remove \`${names.at(-1)}\` from this fallback`,
  });
}
