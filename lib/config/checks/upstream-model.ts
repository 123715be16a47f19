/** A model via a provider says the provider's own name of it, except with `*`, where the caller's name carries it. */
import type { Config } from '../../../config/schema';
import { type Check, type CheckFinding, error } from '../check';
import { isWildcard } from '../names';
import { shown } from '../secrets';

export const upstreamModel: Check = (config) =>
  Object.entries(config.models).flatMap(([name, entry]) =>
    isWildcard(name) ? wildcardFindings(name, entry) : plainFindings(name, entry),
  );

type Model = Config['models'][string];
const code = 'upstream-model';

function wildcardFindings(name: string, { fleet, model }: Model): CheckFinding[] {
  const findings: CheckFinding[] = [];
  if (name.indexOf('*') !== name.length - 1) findings.push(starInside(name));
  if (fleet !== undefined) {
    findings.push(
      error({
        code,
        path: ['models', name, 'fleet'],
        found: `\`fleet\` under a name that ends in *`,
        allowed: 'a provider: a fleet serves the models it was given, not any name',
        fix: 'give the model a name without *, or name a `provider`',
      }),
    );
  }
  if (model !== undefined) {
    findings.push(
      error({
        code,
        path: ['models', name, 'model'],
        found: shown(model, ['models', name, 'model']),
        allowed: 'no `model`: what stands for * is the name the provider is asked for',
        fix: 'remove `model`, or give it a name without *',
      }),
    );
  }
  return findings;
}

function plainFindings(name: string, { fleet, provider, model }: Model): CheckFinding[] {
  if (name.includes('*')) return [starInside(name)];
  if (provider !== undefined && fleet === undefined && model === undefined) {
    return [
      error({
        code,
        path: ['models', name, 'model'],
        found: 'no `model`',
        allowed: `the name by which ${provider} knows the model`,
        fix: `add \`model: …\`, or end the name in * to let callers say it (\`${provider}/*\`)`,
      }),
    ];
  }
  if (fleet !== undefined && provider === undefined && model !== undefined) {
    return [
      error({
        code,
        path: ['models', name, 'model'],
        found: shown(model, ['models', name, 'model']),
        allowed: 'no `model` beside `fleet`: the fleet says which model it serves',
        fix: `remove it, or set \`fleets.${fleet}.model\``,
      }),
    ];
  }
  return [];
}

function starInside(name: string): CheckFinding {
  const path = ['models', name];
  return error({ code, path, found: shown(name, path), allowed: 'one *, at the end', fix: 'end the name in *' });
}
