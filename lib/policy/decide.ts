/**
 * How a request is decided: one pure function, five steps, each leaves its reasons.
 * 1 class, 2 chain, 3 filter, 4 order, 5 the error if nothing is left.
 */
import type { Boundary, SensitivityClass, Task } from '../../config/vocabulary';
import { own } from '../plan/own';
import type { PlanRoute, PlanTenant, RequestParams, RouterPlan } from '../plan/types';
import { type Spent, capsOf } from '../spend/budgets';
import { highest, mayServe } from './boundary';
import type { ErrorCode } from './errors';
import { type Facts, routeNeeds } from './facts';
import { fit } from './fit';
import { AUTO, type NamedModel, TASK_PREFIX, findModel, listAllows, targetName } from './models';
import { type ClassSource, SKIP_REASONS, type SkipReason } from './reasons';
import { firstMatch } from './routes';

/** What moves by itself: everything else of a decision is plan and facts. */
export interface RoutingState {
  /** Models of the plan whose target failed lately. They go last, they are not left out. */
  readonly cooling: ReadonlySet<string>;
  readonly spent: Spent;
}

export interface Decision {
  readonly class: { readonly value: SensitivityClass; readonly from: readonly ClassReason[] };
  readonly task: { readonly value: Task | null; readonly from: string | null };
  /** `null`: the caller named a model. */
  readonly route: string | null;
  /** In the order they are asked; those with `use: false` are not asked, for the reason given. */
  readonly chain: readonly ChainEntry[];
  readonly set: RequestParams;
  readonly error: ErrorCode | null;
}

export interface ClassReason {
  readonly class: SensitivityClass;
  readonly source: ClassSource;
  /** Field of the request, key or config that says so. */
  readonly where: string;
  readonly detector?: string;
}

export interface ChainEntry {
  readonly model: string;
  readonly target: string;
  readonly boundary: Boundary;
  readonly use: boolean;
  readonly reason?: SkipReason;
}

export function decide(plan: RouterPlan, facts: Facts, state: RoutingState): Decision {
  const tenant = own(plan.tenants, facts.tenant);
  const requestClass = classOf(plan, facts, tenant);
  const task = facts.statedTask ?? null;
  const base = {
    class: requestClass,
    task: { value: task?.value ?? null, from: task?.where ?? null },
  };
  const refuse = (error: ErrorCode): Decision => ({ ...base, route: null, chain: [], set: {}, error });

  if (mustUseSealed(plan, facts, tenant)) return refuse('use_sealed_endpoint');

  const named = namedChain(plan, facts, requestClass.value);
  if (named === null) return refuse('model_not_found');
  if (!listAllows(tenant?.models ?? null, facts.model)) return refuse('model_not_allowed');

  const chain = filterChain(plan, facts, state, tenant, requestClass.value, named.chain);
  return {
    ...base,
    route: named.route?.name ?? null,
    chain,
    set: named.route === null ? {} : paramsToSet(named.route, facts),
    error: chain.some(({ use }) => use) ? null : emptyChainError(chain),
  };
}

/** Step 1: the highest of default, what the caller states, the floors, and what detectors find. */
function classOf(plan: RouterPlan, facts: Facts, tenant: PlanTenant | undefined): Decision['class'] {
  const from: ClassReason[] = [{ class: plan.sensitivity.default, source: 'default', where: 'sensitivity.default' }];
  if (facts.statedClass !== null) {
    from.push({ class: facts.statedClass.value, source: 'stated', where: facts.statedClass.where });
  }
  if (tenant !== undefined && tenant.floor !== 'public') {
    from.push({ class: tenant.floor, source: 'tenant_floor', where: `tenants.${facts.tenant}.floor` });
  }
  if (facts.keyFloor !== 'public') from.push({ class: facts.keyFloor, source: 'key_floor', where: 'key' });
  for (const { detector, class: found, where } of facts.detected) {
    from.push({ class: found, source: 'detector', where, detector });
  }
  if (facts.detectorFailed !== null) {
    // What could not be looked at may hold anything.
    from.push({
      class: 'restricted',
      source: 'detector_failed',
      where: 'sensitivity.detect',
      detector: facts.detectorFailed,
    });
  }
  const value = from.map((reason) => reason.class).reduce(highest);
  return { value, from: from.filter((reason) => reason.class === value || reason.source !== 'default') };
}

/** Callers whose every request is restricted belong on the lane whose network holds them, where there is one. */
function mustUseSealed(plan: RouterPlan, facts: Facts, tenant: PlanTenant | undefined): boolean {
  const floor = highest(tenant?.floor ?? 'public', facts.keyFloor);
  return floor === 'restricted' && plan.lane !== 'sealed' && plan.lanes.includes('sealed');
}

/** Step 2: `auto` and `task:NAME` by the first route that matches; a name by itself and its own fallback. */
function namedChain(
  plan: RouterPlan,
  facts: Facts,
  requestClass: SensitivityClass,
): { route: PlanRoute | null; chain: readonly NamedModel[] } | null {
  if (facts.model === AUTO || facts.model.startsWith(TASK_PREFIX)) {
    const route = firstMatch(plan.routes, {
      class: requestClass,
      task: facts.statedTask?.value ?? null,
      tenant: facts.tenant,
      endpoint: facts.endpoint,
      needs: routeNeeds(facts.needs),
      stream: facts.stream,
      promptTokens: facts.promptTokens,
    });
    return route === null ? null : { route, chain: namedModels(plan, route.to) };
  }
  const model = findModel(plan, facts.model);
  return model === null ? null : { route: null, chain: [model, ...namedModels(plan, model.model.fallback)] };
}

function namedModels(plan: RouterPlan, names: readonly string[]): NamedModel[] {
  return names.map((name) => findModel(plan, name)).filter((model) => model !== null);
}

/** Step 3: each filter in turn, so that the first that left nothing can name the error. */
function filterChain(
  plan: RouterPlan,
  facts: Facts,
  state: RoutingState,
  tenant: PlanTenant | undefined,
  requestClass: SensitivityClass,
  chain: readonly NamedModel[],
): ChainEntry[] {
  // As written: a target that rests goes last, and is still the one whose vectors are wanted.
  const embeds = chain.find(({ model }) => model.capabilities.endpoints.includes('embeddings'));
  const reasonFor = (named: NamedModel): SkipReason | null => {
    const { model, name } = named;
    if (!listAllows(tenant?.models ?? null, name)) return 'tenant_not_allowed';
    if (!mayServe(plan.sensitivity, requestClass, model.boundary)) return 'boundary_forbidden';
    if (!model.inLane) return 'not_in_lane';
    const unfit = fit(facts, model);
    if (unfit !== null) return unfit;
    if (facts.endpoint === 'embeddings' && named !== embeds && !sameWeights(named, embeds)) return 'weights_differ';
    const caps = capsOf(plan, facts.tenant, model);
    if (model.price === null && caps.any && plan.budget.unpriced === 'skip') return 'price_unknown';
    return caps.reached(state.spent) ? 'budget_stage' : null;
  };
  return ordered(chain, state.cooling).map((named) => {
    const reason = reasonFor(named);
    const entry = { model: named.name, target: targetName(named), boundary: named.model.boundary };
    return reason === null ? { ...entry, use: true } : { ...entry, use: false, reason };
  });
}

/** Vectors of different weights mean nothing to each other; weights that nobody named are not known to be the same. */
function sameWeights(one: NamedModel, other: NamedModel | undefined): boolean {
  return one.model.weights !== null && one.model.weights === other?.model.weights;
}

/** Step 4: as written, a cooling target last; a sole target is never put off. Filters keep the order. */
function ordered(chain: readonly NamedModel[], cooling: ReadonlySet<string>): readonly NamedModel[] {
  if (cooling.size === 0) return chain;
  const isCooling = ({ entry }: NamedModel): boolean => cooling.has(entry);
  return [...chain.filter((model) => !isCooling(model)), ...chain.filter(isCooling)];
}

/** Step 5: the error of the first filter that left nothing. Reasons stand in the order of the filters. */
function emptyChainError(chain: readonly ChainEntry[]): ErrorCode {
  let left = chain;
  for (const error of new Set(SKIP_REASONS.map((reason) => ERROR_OF[reason]))) {
    left = left.filter(({ reason }) => reason === undefined || ERROR_OF[reason] !== error);
    if (left.length === 0) return error;
  }
  return 'no_target_available';
}

const ERROR_OF: Readonly<Record<SkipReason, ErrorCode>> = {
  tenant_not_allowed: 'model_not_allowed',
  boundary_forbidden: 'boundary_forbidden',
  not_in_lane: 'boundary_forbidden',
  endpoint_unsupported: 'no_capable_target',
  images_unsupported: 'no_capable_target',
  pdf_unsupported: 'no_capable_target',
  audio_unsupported: 'no_capable_target',
  tools_unsupported: 'no_capable_target',
  schema_unsupported: 'no_capable_target',
  n_unsupported: 'no_capable_target',
  logprobs_unsupported: 'no_capable_target',
  suffix_unsupported: 'no_capable_target',
  weights_differ: 'no_capable_target',
  context_too_small: 'context_length_exceeded',
  price_unknown: 'no_target_available',
  budget_stage: 'budget_exhausted',
};

/** What the route fills in or limits, of what the caller sent. */
function paramsToSet(route: PlanRoute, facts: Facts): RequestParams {
  const asked: RequestParams = {
    ...(facts.maxTokens !== null && { maxTokens: facts.maxTokens }),
    ...(facts.temperature !== null && { temperature: facts.temperature }),
    ...(facts.topP !== null && { topP: facts.topP }),
  };
  const set: { -readonly [K in keyof RequestParams]: RequestParams[K] } = {};
  for (const key of ['maxTokens', 'temperature', 'topP'] as const) {
    const limit = route.cap[key] ?? Infinity;
    const value = Math.min(asked[key] ?? route.set[key] ?? Infinity, limit);
    // Without a limit on the answer there would be none: the cap itself is set.
    const wanted = asked[key] === undefined && route.set[key] === undefined && key !== 'maxTokens' ? undefined : value;
    if (wanted !== undefined && wanted !== Infinity && wanted !== asked[key]) set[key] = wanted;
  }
  return set;
}
