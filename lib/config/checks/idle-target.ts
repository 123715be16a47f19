/** A model in a chain can be reached by a class that requests have: none is below `sensitivity.default`. */
import type { SensitivityClass } from '../../../config/vocabulary';
import type { RouterPlan } from '../../plan/types';
import type { NamedModel } from '../../policy/models';
import { type CheckFinding, type PlanCheck, warning } from '../check';
import { cures } from '../cures';
import type { Path } from '../findings';
import { classesOf, mayServeAny, namedModels, possibleClasses } from '../reach';

export const idleTarget: PlanCheck = (_, plan) => {
  const possible = possibleClasses(plan);
  const inRoutes = plan.routes.flatMap((route, index) => {
    const stated = classesOf(route);
    const classes = possible.filter((word) => stated.includes(word));
    return namedModels(plan, route.to).flatMap((named, position) =>
      // What no class of the route may reach at all is an error of its own.
      mayServeAny(plan, stated, named) ? idle(plan, classes, named, ['routes', index, 'to', position]) : [],
    );
  });
  const inFallbacks = Object.entries(plan.models).flatMap(([name, { fallback }]) =>
    namedModels(plan, fallback).flatMap((named, position) =>
      idle(plan, possible, named, ['models', name, 'fallback', position]),
    ),
  );
  return [...inRoutes, ...inFallbacks];
};

function idle(plan: RouterPlan, classes: readonly SensitivityClass[], named: NamedModel, path: Path): CheckFinding[] {
  const [lowest] = classes;
  if (lowest === undefined || mayServeAny(plan, classes, named)) return [];
  const others = [`set a \`sensitivity.default\` below ${plan.sensitivity.default}`, `remove ${named.name} here`];
  return [
    warning({
      code: 'idle-target',
      path,
      found: `${named.name}, which is ${named.model.boundary} and never asked: requests are at least ${lowest}`,
      allowed: `for ${lowest}: ${plan.sensitivity.allow[lowest]} at most`,
      fix: [...cures(plan, lowest, named.model), ...others].join(', or '),
    }),
  ];
}
