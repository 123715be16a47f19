/** `GET /v1/models` and `/v1/models/NAME`: what this key may name. */
import { own } from '../../lib/plan/own';
import type { RouterPlan } from '../../lib/plan/types';
import type { RouterError } from '../../lib/policy/errors';
import { AUTO, findModel, listAllows } from '../../lib/policy/models';

/** `name` empty: the list. The body as JSON text, or the error. */
export function listModels(plan: RouterPlan, tenant: string, name: string): string | RouterError {
  const allowed = own(plan.tenants, tenant)?.models ?? null;
  const row = (id: string): object => {
    const found = findModel(plan, id)?.model ?? own(plan.models, id);
    return { id, object: 'model', created: 0, owned_by: found?.fleet ?? found?.provider ?? plan.name };
  };
  const visible = (id: string): boolean => listAllows(allowed, id) && (id === AUTO || isInLane(plan, id));
  if (name === '') {
    return JSON.stringify({ object: 'list', data: [AUTO, ...Object.keys(plan.models)].filter(visible).map(row) });
  }
  if ((name === AUTO || findModel(plan, name) !== null) && visible(name)) return JSON.stringify(row(name));
  return { code: 'model_not_found', message: `the model \`${name}\` does not exist`, param: 'model' };
}

const isInLane = (plan: RouterPlan, id: string): boolean =>
  (findModel(plan, id)?.model ?? own(plan.models, id))?.inLane ?? false;
