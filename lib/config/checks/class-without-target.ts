/**
 * A class that the config itself gives to requests (by default, as a tenant's floor, in a route's condition) has a
 * target that may serve it. One that only callers and detectors give should have one too: a warning.
 */
import type { SensitivityClass } from '../../../config/vocabulary';
import type { PlanRoute, PlanTenant, RouterPlan } from '../../plan/types';
import { highest } from '../../policy/boundary';
import { type NamedModel, listAllows } from '../../policy/models';
import { type CheckFinding, type PlanCheck, error, warning } from '../check';
import { routedNames } from '../names';
import { classesOf, mayServeAny, namedModels, possibleClasses, serves } from '../reach';
import { refusal } from '../refusal';

export const classWithoutTarget: PlanCheck = (_, plan) => {
  const unserved = possibleClasses(plan).filter(
    (word) => !targets(plan, word, plan.routes).some((named) => serves(plan, word, named)),
  );
  return [
    ...unserved.flatMap((word) => unservedClass(plan, word)),
    ...Object.keys(plan.tenants).flatMap((name) => tenantFindings(plan, name, unserved)),
    ...plan.routes.flatMap((route, index) => routeFindings(plan, route, index, unserved)),
  ];
};

/** Where a class can be sent to by routes. */
const targets = (plan: RouterPlan, word: SensitivityClass, routes: readonly PlanRoute[]): NamedModel[] =>
  routes.filter((route) => classesOf(route).includes(word)).flatMap(({ to }) => namedModels(plan, to));

function unservedClass(plan: RouterPlan, word: SensitivityClass): CheckFinding[] {
  const all = targets(plan, word, plan.routes);
  if (word === plan.sensitivity.default) return [error(refusal(plan, word, all, ['sensitivity', 'default']))];
  const named =
    plan.routes.some(({ when }) => when.sensitivity?.includes(word)) ||
    Object.values(plan.tenants).some(({ floor }) => floor === word);
  // Said as an error where the config names it.
  if (named) return [];
  const said = refusal(plan, word, all, ['sensitivity', 'allow', word]);
  return [warning({ ...said, found: `${said.found}; such requests are refused with boundary_forbidden` })];
}

function tenantFindings(plan: RouterPlan, name: string, unserved: readonly SensitivityClass[]): CheckFinding[] {
  const tenant = plan.tenants[name];
  if (tenant === undefined) return [];
  const word = highest(tenant.floor, plan.sensitivity.default);
  const candidates = candidatesOf(plan, name, tenant, word);
  // Said once, for everybody.
  if (word === plan.sensitivity.default && unserved.includes(word)) return [];
  if (candidates.some((named) => serves(plan, word, named) && isOnLaneOf(plan, tenant, named))) return [];
  const place = tenant.models === null ? undefined : `add to \`tenants.${name}.models\` one of`;
  return [error(refusal(plan, word, candidates, ['tenants', name, 'floor'], place))];
}

/** What the tenant can be served by: by name where it has a list, by the routes where it may ask them. */
function candidatesOf(plan: RouterPlan, name: string, { models }: PlanTenant, word: SensitivityClass): NamedModel[] {
  const routes = plan.routes.filter(({ when }) => when.tenant === undefined || when.tenant.includes(name));
  const asksRoutes = models === null || models.some((entry) => routedNames.includes(entry));
  const routed = asksRoutes ? targets(plan, word, routes).filter((named) => listAllows(models, named.name)) : [];
  return [...routed, ...namedModels(plan, models ?? [])];
}

/** A tenant whose every request is restricted is served by the sealed lane where there is one: by fleets alone. */
const isOnLaneOf = (plan: RouterPlan, tenant: PlanTenant, { model }: NamedModel): boolean =>
  tenant.floor !== 'restricted' || !plan.lanes.includes('sealed') || model.fleet !== null;

function routeFindings(
  plan: RouterPlan,
  route: PlanRoute,
  index: number,
  unserved: readonly SensitivityClass[],
): CheckFinding[] {
  const models = namedModels(plan, route.to);
  // Each such target is an error of its own.
  if (!models.some((named) => mayServeAny(plan, classesOf(route), named))) return [];
  const stated = route.when.sensitivity;
  // Higher classes reach no farther, so that what the default cannot use nobody can.
  const byDefault = [plan.sensitivity.default].filter((word) => !unserved.includes(word));
  const words = possibleClasses(plan).filter((word) => (stated ?? byDefault).includes(word));
  const path = ['routes', index, ...(stated === undefined ? ['to'] : ['when', 'sensitivity'])];
  return words
    .filter((word) => !models.some((named) => serves(plan, word, named)))
    .map((word) => error(refusal(plan, word, models, path)));
}
