/** `GET /v1/models` and `/v1/models/NAME`: what this key may name. */
import { own } from '../../lib/plan/own';
import type { RouterPlan } from '../../lib/plan/types';
import type { RouterError } from '../../lib/policy/errors';
import { AUTO, findModel, listAllows } from '../../lib/policy/models';

/** `name` as it stands in the path; empty: the list. The body as JSON text, or the error. */
export function listModels(plan: RouterPlan, tenant: string, name: string): string | RouterError {
  const allowed = own(plan.tenants, tenant)?.models ?? null;
  const row = (id: string): object | null => {
    const model = findModel(plan, id)?.model;
    const isHere = id === AUTO || model?.inLane === true;
    if (!isHere || !listAllows(allowed, id)) return null;
    return { id, object: 'model', created: 0, owned_by: model?.fleet ?? model?.provider ?? plan.name };
  };
  if (name === '') {
    // A wildcard is no name of a model; what it stands for only its provider could list.
    const rows = [AUTO, ...Object.keys(plan.models)].map(row).filter((one) => one !== null);
    return JSON.stringify({ object: 'list', data: rows });
  }
  const asked = row(decoded(name));
  if (asked !== null) return JSON.stringify(asked);
  return { code: 'model_not_found', message: 'there is no such model, or this key may not use it', param: 'model' };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
