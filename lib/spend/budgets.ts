/** Caps: from which spend on a target is no longer asked. */
import { own } from '../plan/own';
import type { PlanModel, RouterPlan } from '../plan/types';

/** US dollars of this month, settled and reserved together. */
export interface Spent {
  readonly tenantUsd: number;
  readonly accountUsd: number;
}

export interface Caps {
  readonly tenantUsd: number | null;
  readonly accountUsd: number | null;
  /** Whether any cap holds for this target. */
  readonly any: boolean;
  reached(spent: Spent): boolean;
}

/**
 * The caps that hold for one target. A budget is a cap also where its stages only warn: a tenant's then stops everything
 * at 100 %, the account's the closed targets.
 */
export function capsOf(plan: RouterPlan, tenantName: string, model: PlanModel): Caps {
  const tenant = own(plan.tenants, tenantName);
  const tenantUsd = lowestUsd(
    tenant?.monthlyUsd ?? null,
    (tenant?.stages ?? []).filter(({ stage }) => stage !== 'warn'),
    { stage: 'stop', percent: 100 },
    ({ stage }) => stage === 'stop' || (stage === 'private' && model.boundary !== 'vpc'),
  );
  const accountUsd = lowestUsd(
    plan.budget.monthlyUsd,
    plan.budget.stages.filter(({ stage }) => stage === 'closed-off' || stage === 'zero'),
    { stage: 'closed-off', percent: 100 },
    ({ stage }) => stage === 'zero' || (stage === 'closed-off' && model.fleet === null),
  );
  return {
    tenantUsd,
    accountUsd,
    any: tenantUsd !== null || accountUsd !== null,
    reached: (spent) =>
      (tenantUsd !== null && spent.tenantUsd >= tenantUsd) || (accountUsd !== null && spent.accountUsd >= accountUsd),
  };
}

interface Stage {
  readonly stage: string;
  readonly percent: number;
}

/** The lowest stage that stops the target, in US dollars; `null`: none does. */
function lowestUsd(
  monthlyUsd: number | null,
  written: readonly Stage[],
  implied: Stage,
  stops: (stage: Stage) => boolean,
): number | null {
  if (monthlyUsd === null) return null;
  const percents = (written.length > 0 ? written : [implied]).filter(stops).map(({ percent }) => percent);
  return percents.length === 0 ? null : (monthlyUsd * Math.min(...percents)) / 100;
}
