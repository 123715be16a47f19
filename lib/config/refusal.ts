/** The finding for a class that none of some targets may serve. */
import type { SensitivityClass } from '../../config/vocabulary';
import type { RouterPlan } from '../plan/types';
import type { NamedModel } from '../policy/models';
import type { CheckFinding } from './check';
import { cures } from './cures';
import type { Path } from './findings';
import { namedModels, serves } from './reach';
import { listed } from './words';

const NOT_REACHED = 'which the sealed lane does not reach';

/** `place`: where another target could be named, such as "route it to". */
export function refusal(
  plan: RouterPlan,
  requestClass: SensitivityClass,
  targets: readonly NamedModel[],
  path: Path,
  place = 'route it to',
): Omit<CheckFinding, 'severity'> {
  const names = [
    ...new Set(targets.map(({ name, model }) => `${name} (${model.inLane ? model.boundary : NOT_REACHED})`)),
  ];
  // No setting of classes leads where no lane does.
  const widenings = targets
    .filter(({ model }) => model.inLane)
    .flatMap(({ model }) => cures(plan, requestClass, model))
    .slice(0, 2);
  const able = namedModels(plan, Object.keys(plan.models)).filter(
    (named) => named.model.capabilities.endpoints.includes('chat') && serves(plan, requestClass, named),
  );
  const another =
    able.length > 0 ? `${place} ${listed(able.map(({ name }) => name))}` : 'add a fleet and route it there';
  return {
    code: 'class-without-target',
    path,
    found: `no target for ${requestClass}` + (names.length > 0 ? `: not ${listed(names)}` : ''),
    allowed: `for ${requestClass}: a target that is ${plan.sensitivity.allow[requestClass]} at most`,
    fix: [...new Set([...widenings, another])].join(', or '),
  };
}
