/**
 * Under a budget every model of a provider has a price: one without is skipped wherever a cap holds. What a wildcard
 * stands for is only known when it is asked for.
 */
import { type PlanCheck, warning } from '../check';
import { isWildcard } from '../names';

export const priceKnown: PlanCheck = (config, plan) => {
  const budgets = [config.budgets, ...Object.values(config.tenants)];
  if (config.budgets.unpriced !== 'skip' || budgets.every(({ monthlyUsd }) => monthlyUsd === undefined)) return [];
  return Object.keys(plan.models)
    .filter((name) => plan.models[name]?.price === null && !isWildcard(name))
    .map((name) =>
      warning({
        code: 'price-known',
        path: ['models', name],
        found: 'a model whose price is not known',
        allowed: 'a price in the catalogue or in `price`, since a budget is set',
        fix: 'add `price`, or set `budgets.unpriced: allow`; until then it is skipped under a cap',
      }),
    );
};
