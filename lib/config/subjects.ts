/**
 * Representatives of every request that a route may take. Values of a request that no route tells apart are one
 * representative, so that a few dozen stand for all of them.
 */
import { CLASSES, ENDPOINTS, NEEDS, TASKS } from '../../config/vocabulary';
import type { PlanRoute, PlanWhen, RouterPlan } from '../plan/types';
import { highest } from '../policy/boundary';
import { type RouteSubject, matches } from '../policy/routes';

/** Requests that match `route`, as far as `earlier` routes tell them apart. Lazy: most callers need the first few. */
export function subjectsOf(plan: RouterPlan, earlier: readonly PlanRoute[], route: PlanRoute): Iterable<RouteSubject> {
  const whens = earlier.map(({ when }) => when);
  return combinations(
    dimensions(plan, [...whens, route.when]).map(({ conditions, values }) => {
      const accepts = (when: PlanWhen, value: Partial<RouteSubject>): boolean =>
        matches(only(when, conditions), { ...ANY, ...value });
      const seen = new Set<string>();
      return values.filter((value) => {
        const signature = whens.map((when) => (accepts(when, value) ? 1 : 0)).join('');
        return accepts(route.when, value) && seen.size < seen.add(signature).size;
      });
    }),
    ANY,
  );
}

/** Properties of a request that conditions look at together. */
interface Dimension {
  readonly conditions: readonly (keyof PlanWhen)[];
  readonly values: readonly Partial<RouteSubject>[];
}

function dimensions(plan: RouterPlan, whens: readonly PlanWhen[]): Dimension[] {
  return [
    { conditions: ['sensitivity', 'tenant'], values: callers(plan, whens) },
    { conditions: ['task'], values: [null, ...TASKS].map((task) => ({ task })) },
    { conditions: ['endpoint'], values: ENDPOINTS.map((endpoint) => ({ endpoint })) },
    { conditions: ['needs'], values: subsets(NEEDS).map((needs) => ({ needs: new Set(needs) })) },
    { conditions: ['stream'], values: [false, true].map((stream) => ({ stream })) },
    {
      conditions: ['promptTokensOver', 'promptTokensUnder'],
      values: promptSizes(whens).map((promptTokens) => ({ promptTokens })),
    },
  ];
}

const SOMEBODY_ELSE = '';

/** Tenants with the classes their requests can have: at least the default and the tenant's floor. */
function callers(plan: RouterPlan, whens: readonly PlanWhen[]): Pick<RouteSubject, 'class' | 'tenant'>[] {
  const tenants = [SOMEBODY_ELSE, ...Object.keys(plan.tenants), ...whens.flatMap(({ tenant }) => tenant ?? [])];
  return [...new Set(tenants)].flatMap((tenant) => {
    const floor = highest(plan.tenants[tenant]?.floor ?? 'public', plan.sensitivity.default);
    return CLASSES.slice(CLASSES.indexOf(floor)).map((requestClass) => ({ class: requestClass, tenant }));
  });
}

/** One size between any two thresholds. */
function promptSizes(whens: readonly PlanWhen[]): number[] {
  const steps = whens.flatMap(({ promptTokensOver, promptTokensUnder }) => [
    ...(promptTokensOver === undefined ? [] : [promptTokensOver + 1]),
    ...(promptTokensUnder === undefined ? [] : [promptTokensUnder]),
  ]);
  return [0, ...steps];
}

const subsets = <T>(items: readonly T[]): T[][] =>
  items.reduce<T[][]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);

const ANY: RouteSubject = {
  class: 'public',
  task: null,
  tenant: SOMEBODY_ELSE,
  endpoint: 'chat',
  needs: new Set(),
  stream: false,
  promptTokens: 0,
};

function only(when: PlanWhen, conditions: readonly (keyof PlanWhen)[]): PlanWhen {
  return Object.fromEntries(Object.entries(when).filter(([key]) => conditions.includes(key as keyof PlanWhen)));
}

function* combinations(
  dimensions: readonly (readonly Partial<RouteSubject>[])[],
  chosen: RouteSubject,
): Generator<RouteSubject> {
  const [dimension, ...rest] = dimensions;
  if (dimension === undefined) yield chosen;
  else for (const value of dimension) yield* combinations(rest, { ...chosen, ...value });
}
