/** Sentences that page and terminal share. */
import type { BreakEvenReport, CostCurves, PlanReport, PoolReport } from '../../lib/selection/plan-report';
import { UNKNOWN, short } from './numbers';

/** From how many tokens a day; or why there is no such number. */
export function breakEvenText({ tokensPerDay, verdict }: BreakEvenReport): string {
  if (tokensPerDay !== null) return short(tokensPerDay);
  switch (verdict) {
    case 'token-price-unknown':
      return `${UNKNOWN}: no token price`;
    case 'host-price-unknown':
      return `${UNKNOWN}: no host price`;
    case 'never-pays':
    case 'pays':
    case undefined:
      return 'never pays';
  }
}

/** The same for a bad day; nothing where the first says all. */
export function stressedText({ tokensPerDay, stressedTokensPerDay }: BreakEvenReport): string {
  if (tokensPerDay === null) return '';
  return stressedTokensPerDay === null ? 'never pays' : short(stressedTokensPerDay);
}

/** It would pay, at a load for which the config allows too few replicas. */
export const isOutOfReach = ({ tokensPerDay }: BreakEvenReport, curves: CostCurves | undefined): boolean =>
  tokensPerDay !== null && curves !== undefined && tokensPerDay > curves.maxReplicas * curves.replicaTokensPerDay;

const NO_REASON = 'the catalogue has no value for it';

/** For each pool with something unknown, why. */
export const unknownsOf = (pools: readonly PoolReport[]): { instanceType: string; reason: string }[] =>
  pools
    .filter((pool) => pool.unknown !== undefined || Object.values(pool).includes(null))
    .map(({ instanceType, unknown }) => ({ instanceType, reason: unknown ?? NO_REASON }));

export function lockText({ written, stale }: PlanReport['lock']): string {
  if (written) return 'The lock file was written in this run; commit it.';
  return stale
    ? 'The lock file is missing or does not fit the config: run `hybrid-llm plan --update`.'
    : 'The lock file fits the config.';
}

export function parallelText(tensorParallel: number, pipelineParallel: number): string {
  const gpus = tensorParallel * pipelineParallel;
  if (gpus === 1) return '1 GPU';
  const ways = [
    ...(tensorParallel > 1 ? [`tensor parallel ${tensorParallel}`] : []),
    ...(pipelineParallel > 1 ? [`pipeline parallel ${pipelineParallel}`] : []),
  ];
  return `${gpus} GPUs (${ways.join(', ')})`;
}
