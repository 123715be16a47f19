/** Who may serve what, as checks ask it of a plan. */
import { CLASSES, type SensitivityClass } from '../../config/vocabulary';
import type { PlanRoute, RouterPlan } from '../plan/types';
import { mayServe } from '../policy/boundary';
import { type NamedModel, findModel } from '../policy/models';

/** Classes a request can have: nothing lowers one below the default. */
export const possibleClasses = (plan: RouterPlan): readonly SensitivityClass[] =>
  CLASSES.slice(CLASSES.indexOf(plan.sensitivity.default));

export const classesOf = (route: PlanRoute): readonly SensitivityClass[] => route.when.sensitivity ?? CLASSES;

export const namedModels = (plan: RouterPlan, names: readonly string[]): NamedModel[] =>
  names.map((name) => findModel(plan, name)).filter((named) => named !== null);

/** Whether requests of at least one of the classes may go to the target. */
export const mayServeAny = (plan: RouterPlan, classes: readonly SensitivityClass[], { model }: NamedModel): boolean =>
  classes.some((requestClass) => mayServe(plan.sensitivity, requestClass, model.boundary));

/** Whether a class may go to the target and a lane leads there. */
export const serves = (plan: RouterPlan, requestClass: SensitivityClass, named: NamedModel): boolean =>
  named.model.inLane && mayServeAny(plan, [requestClass], named);
