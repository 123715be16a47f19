/** Every target of a route may be reached by at least one class of the route. */
import type { SensitivityClass } from '../../../config/vocabulary';
import type { RouterPlan } from '../../plan/types';
import type { NamedModel } from '../../policy/models';
import { type PlanCheck, error } from '../check';
import { cures } from '../cures';
import { classesOf, mayServeAny, namedModels } from '../reach';

export const forbiddenTarget: PlanCheck = (_, plan) =>
  plan.routes.flatMap((route, index) => {
    const classes = classesOf(route);
    return namedModels(plan, route.to).flatMap((named, position) => {
      if (mayServeAny(plan, classes, named)) return [];
      return error({
        code: 'forbidden-target',
        path: ['routes', index, 'to', position],
        found: `${named.name}, which is ${named.model.boundary}`,
        allowed: classes.map((word) => `${word} to ${plan.sensitivity.allow[word]} at most`).join('; '),
        fix: [...widenings(plan, classes, named), `remove ${named.name} from route ${route.name}`].join(', or '),
      });
    });
  });

/** For the least sensitive class that any setting lets through. */
function widenings(plan: RouterPlan, classes: readonly SensitivityClass[], { model }: NamedModel): string[] {
  return classes.map((word) => cures(plan, word, model)).find((found) => found.length > 0) ?? [];
}
