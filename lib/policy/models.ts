/** Names that callers use: models of the config, wildcards, `auto` and `task:NAME`. */
import { own } from '../plan/own';
import type { PlanModel, RouterPlan } from '../plan/types';

export const AUTO = 'auto';
export const TASK_PREFIX = 'task:';
/** What a record says in place of a name that stands for nothing. No name of a config: a wildcard has something before it. */
export const UNKNOWN_MODEL = '*';

/** A model as a request means it: the entry of the plan and the name its upstream is asked for. */
export interface NamedModel {
  readonly name: string;
  /** The entry's own name in the plan, `name` itself but for a wildcard. */
  readonly entry: string;
  readonly model: PlanModel;
  readonly upstreamModel: string;
}

export function findModel(plan: RouterPlan, name: string): NamedModel | null {
  const exact = own(plan.models, name);
  if (exact !== undefined && !name.endsWith('*'))
    return { name, entry: name, model: exact, upstreamModel: exact.upstreamModel ?? name };
  for (const [pattern, model] of Object.entries(plan.models)) {
    const rest = wildcardRest(pattern, name);
    if (rest === null) continue;
    const variant = own(model.variants, rest);
    return { name, entry: pattern, model: { ...model, ...variant }, upstreamModel: rest };
  }
  return null;
}

/** What `*` stands for, `null` where the pattern does not match: printable ASCII without spaces and stars. */
function wildcardRest(pattern: string, name: string): string | null {
  if (!pattern.endsWith('*')) return null;
  const prefix = pattern.slice(0, -1);
  const isName = name.startsWith(prefix) && name.length > prefix.length && /^[\x21-\x29\x2b-\x7e]+$/.test(name);
  return isName ? name.slice(prefix.length) : null;
}

/** Whether a tenant's list lets a name through; an entry may be a wildcard too. `null`: everything. */
export function listAllows(list: readonly string[] | null, name: string): boolean {
  if (list === null || list.includes(name)) return true;
  if (name.startsWith(TASK_PREFIX) && list.includes(AUTO)) return true;
  return list.some((entry) => wildcardRest(entry, name) !== null);
}

/** What a model is at its target, as headers and records name it: aliases never hide which model answered. */
export function targetName({ model, upstreamModel }: NamedModel): string {
  return `${model.fleet ?? model.provider}/${upstreamModel}`;
}
