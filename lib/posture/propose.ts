/** Answers to a posture: closed models only, both, or a fleet of one's own only. */
import { engineRegistries, engineRegistryAccount } from '../../config/catalog/engine';
import type { ClosedStarter } from '../../config/catalog/starters';
import type { Answers } from './answers';
import { isHard } from './answers';
import { closedTargets } from './closed-targets';
import { type FirstFleet, firstFleet, paysFrom } from './first-fleet';

export const POSTURES = ['closed', 'hybrid', 'private'] as const;
export type Posture = (typeof POSTURES)[number];

/** Why, the weightiest first. */
export type PostureReason =
  /** Nothing may leave the account, so that only a fleet can serve. */
  | 'data-stays'
  /** Nobody would run a fleet. */
  | 'nobody-operates'
  /** No fleet can be made in the region, or for so long a context. */
  | 'no-fleet-possible'
  /** At no volume is a fleet cheaper than the closed model. */
  | 'never-pays'
  | 'volume-below'
  | 'volume-above'
  /** The hardest task goes to a closed model. */
  | 'hard-to-closed'
  /** The hardest task has an open model to do it. */
  | 'hard-on-open'
  /** An agreement was asked for and none was stated: Bedrock in the region needs none. */
  | 'no-agreement'
  /** What detectors find restricted has no target. */
  | 'restricted-refused';

export interface Proposal {
  readonly posture: Posture;
  readonly reasons: readonly PostureReason[];
  /** Empty with `private`. */
  readonly closed: readonly ClosedStarter[];
  /** `null` with `closed`. */
  readonly fleet: FirstFleet | null;
  /** Tokens a day of everyday work; `null`: never, or there is nothing to compare with. */
  readonly paysFromTokensPerDay: number | null;
}

/** Answers that no config can meet. */
export interface Impossible {
  readonly problem: string;
}

export function propose(answers: Answers): Proposal | Impossible {
  const isPossible = engineRegistryAccount(answers.region) !== undefined;
  return answers.data === 'account' ? proposePrivate(answers, isPossible) : proposeClosedOrHybrid(answers, isPossible);
}

function proposePrivate(answers: Answers, isPossible: boolean): Proposal | Impossible {
  if (!isPossible) {
    const regions = Object.keys(engineRegistries.accounts).join(', ');
    return {
      problem: `AWS offers no image of the engine in ${answers.region}, so nothing can serve data that stays in the account; choose one of ${regions}`,
    };
  }
  const fleet = firstFleet(answers, isHard(answers) ? 'hard' : 'everyday');
  if ('problem' in fleet) return { problem: fleet.problem };
  const reasons: PostureReason[] = ['data-stays', ...(isHard(answers) ? (['hard-on-open'] as const) : [])];
  return { posture: 'private', reasons, closed: [], fleet, paysFromTokensPerDay: null };
}

function proposeClosedOrHybrid(answers: Answers, isPossible: boolean): Proposal {
  const closed = closedTargets(answers);
  const fleet = firstFleet(answers, 'everyday');
  const tokensPerDay = 'problem' in fleet ? null : (paysFrom(answers, fleet, closed[0])?.tokensPerDay ?? null);
  const why = volumeReason(answers, isPossible && !('problem' in fleet), tokensPerDay);
  const hard: PostureReason[] = isHard(answers) ? ['hard-to-closed'] : [];
  const paid = { closed, paysFromTokensPerDay: tokensPerDay };
  const noAgreement: PostureReason[] =
    answers.data === 'agreement' && Object.keys(answers.agreements).length === 0 ? ['no-agreement'] : [];
  if (why === 'volume-above' && !('problem' in fleet)) {
    return { posture: 'hybrid', reasons: [why, ...hard, ...noAgreement], fleet, ...paid };
  }
  const refused: PostureReason[] = closed.some(({ provider }) => provider === 'bedrock') ? [] : ['restricted-refused'];
  return { posture: 'closed', reasons: [why, ...noAgreement, ...refused], fleet: null, ...paid };
}

function volumeReason(
  { operator, tokensPerDay }: Answers,
  isPossible: boolean,
  paysFromTokensPerDay: number | null,
): 'nobody-operates' | 'no-fleet-possible' | 'never-pays' | 'volume-below' | 'volume-above' {
  if (!isPossible) return 'no-fleet-possible';
  if (operator === 'nobody') return 'nobody-operates';
  if (paysFromTokensPerDay === null) return 'never-pays';
  return tokensPerDay >= paysFromTokensPerDay ? 'volume-above' : 'volume-below';
}
