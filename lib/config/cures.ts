/** The one-line changes that let a class go to a target. */
import { BOUNDARIES, type Boundary, type SensitivityClass } from '../../config/vocabulary';
import type { PlanModel, RouterPlan } from '../plan/types';

/** Empty: no setting lets this class go there. */
export function cures(plan: RouterPlan, requestClass: SensitivityClass, model: PlanModel): string[] {
  const allowed = plan.sensitivity.allow[requestClass];
  const found: string[] = [];
  // The one that lets nothing out first.
  if (model.boundary === 'external' && model.provider !== null && within('agreement', allowed)) {
    found.push(`state the \`agreement\` you have with ${model.provider} under \`providers.${model.provider}\``);
  }
  if (within(model.boundary, WIDEST[requestClass])) {
    found.push(`set \`sensitivity.allow.${requestClass}: ${model.boundary}\``);
  }
  return found;
}

const within = (boundary: Boundary, limit: Boundary): boolean =>
  BOUNDARIES.indexOf(boundary) <= BOUNDARIES.indexOf(limit);

/** How far the schema lets each class be widened. */
const WIDEST: Readonly<Record<SensitivityClass, Boundary>> = {
  public: 'external',
  internal: 'external',
  restricted: 'region',
};
