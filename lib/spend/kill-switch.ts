/** How far the month's spend has brought the account's kill switch. */
import { KILL_STAGES, type KillStage } from '../../config/vocabulary';
import type { StageAt } from '../plan/types';

export interface KillSwitch {
  /** Budget of a month in US dollars, for models and GPU hosts together. */
  readonly monthlyUsd: number;
  readonly stages: readonly StageAt<KillStage>[];
}

/** `none`: no stage has begun. */
export type ReachedStage = KillStage | 'none';

/** The severest stage whose share of the budget is spent, in whatever order they are written. `null`: there is no switch. */
export function stageReached(killSwitch: KillSwitch | null, spentUsd: number): ReachedStage {
  if (killSwitch === null) return 'none';
  const { monthlyUsd, stages } = killSwitch;
  const begun = stages.filter(({ percent }) => spentUsd >= (monthlyUsd * percent) / 100).map(({ stage }) => stage);
  return KILL_STAGES.findLast((stage) => begun.includes(stage)) ?? 'none';
}

const FORM = new RegExp(`^(${KILL_STAGES.join('|')})@([1-9][0-9]{0,2})$`);

export const KILL_STAGE_FORM = `one of ${KILL_STAGES.join(', ')}, then @ and a percentage, such as ${KILL_STAGES[0]}@80`;

/** `notify@80` to its parts; `null`: it is not of that form. */
export function readKillStage(written: string): StageAt<KillStage> | null {
  const [, word, percent] = FORM.exec(written) ?? [];
  const stage = KILL_STAGES.find((one) => one === word);
  return stage === undefined ? null : { stage, percent: Number(percent) };
}
