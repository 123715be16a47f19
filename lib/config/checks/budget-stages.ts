/** Stages of a budget come mildest first, each once and later than the one before, and need a budget. */
import { KILL_STAGES, TENANT_STAGES } from '../../../config/vocabulary';
import { type Check, type CheckFinding, error } from '../check';
import type { Path } from '../findings';

export const budgetStages: Check = ({ budgets, tenants }) => [
  ...stageFindings(['budgets'], 'killSwitch', budgets.killSwitch, KILL_STAGES, budgets.monthlyUsd),
  ...Object.entries(tenants).flatMap(([name, tenant]) =>
    stageFindings(['tenants', name], 'at', tenant.at, TENANT_STAGES, tenant.monthlyUsd),
  ),
];

const code = 'budget-stages';

function stageFindings(
  owner: Path,
  key: string,
  written: readonly string[],
  order: readonly string[],
  monthlyUsd: number | undefined,
): CheckFinding[] {
  const path = [...owner, key];
  const missing = error({
    code,
    path,
    found: `\`${key}\` without \`monthlyUsd\``,
    allowed: 'shares of a monthly budget',
    fix: `add \`monthlyUsd\`, or remove \`${key}\``,
  });
  const disorder = written.flatMap((stage, index): CheckFinding[] => {
    const before = written[index - 1];
    if (before === undefined || follows(before, stage, order)) return [];
    return [
      error({
        code,
        path: [...path, index],
        found: `${stage} after ${before}`,
        allowed: `each stage once, in the order ${order.join(', ')}, at rising percentages`,
        fix: 'put the milder stage first, at the lower percentage',
      }),
    ];
  });
  return written.length > 0 && monthlyUsd === undefined ? [missing, ...disorder] : disorder;
}

function follows(before: string, stage: string, order: readonly string[]): boolean {
  const [name = '', percent] = stage.split('@');
  const [nameBefore = '', percentBefore] = before.split('@');
  return order.indexOf(name) > order.indexOf(nameBefore) && Number(percent) > Number(percentBefore);
}
