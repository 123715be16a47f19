/** A proposal in two or three sentences. */
import type { Answers } from './answers';
import type { Posture, PostureReason, Proposal } from './propose';

export const POSTURE_NAMES: Readonly<Record<Posture, string>> = {
  closed: 'closed models only',
  hybrid: 'hybrid: a fleet of your own, closed models beside it',
  private: 'private only: a fleet of your own and nothing else',
};

export function sentences(answers: Answers, proposal: Proposal): string[] {
  return proposal.reasons.slice(0, MOST_SENTENCES).map((reason) => SENTENCES[reason](answers, proposal));
}

const MOST_SENTENCES = 3;

const count = (tokens: number): string => Math.round(tokens).toLocaleString('en-US');
/** Two digits: it is an estimate. */
const about = (tokens: number): string => `about ${count(Number(tokens.toPrecision(2)))}`;
const task = (answers: Answers): string => answers.hardest.replaceAll('_', ' ');

const closedName = ({ closed }: Proposal): string => closed[0]?.everyday ?? 'a closed model';
const hardName = ({ closed }: Proposal): string => closed[0]?.hard ?? 'a closed model';

/** From when a fleet pays, for who has less. */
const laterOn = (proposal: Proposal): string =>
  proposal.paysFromTokensPerDay === null
    ? `At no volume would a fleet be cheaper than ${closedName(proposal)}.`
    : `A fleet would pay from ${about(proposal.paysFromTokensPerDay)} tokens a day.`;

const SENTENCES: Readonly<Record<PostureReason, (answers: Answers, proposal: Proposal) => string>> = {
  'data-stays': ({ operator }, { fleet }) =>
    `Your data may not leave the account, so ${fleet?.model} on GPUs of your own serves everything, on the sealed lane, which has no way out.` +
    (operator === 'nobody' ? ' Somebody has to look after it all the same: plan for it.' : ''),
  'nobody-operates': (_, proposal) =>
    `Nobody would run a fleet, so closed models serve everything. ${laterOn(proposal)}`,
  'no-fleet-possible': ({ region, context }) =>
    `No fleet can be made in ${region} for ${count(context)} tokens of context, so closed models serve everything.`,
  'never-pays': (_, proposal) =>
    `Closed models serve everything: at no volume would a fleet be cheaper than ${closedName(proposal)}, engineers included.`,
  'volume-below': ({ tokensPerDay }, proposal) =>
    `At ${count(tokensPerDay)} tokens a day closed models are cheaper. ${laterOn(proposal)}`,
  'volume-above': ({ tokensPerDay }, proposal) =>
    `At ${count(tokensPerDay)} tokens a day ${proposal.fleet?.model} on spot GPUs is cheaper than ${closedName(proposal)} for everyday work: it pays from ${about(proposal.paysFromTokensPerDay ?? 0)}.`,
  'hard-to-closed': (answers, proposal) =>
    `Hard tasks (${task(answers)} and the like) go to ${hardName(proposal)}, and fall back to nothing weaker.`,
  'hard-on-open': (answers, { fleet }) =>
    `For ${task(answers)} it is ${fleet?.model}, the strongest open model that fits; closed ones may still do it better, so measure it on your own examples.`,
  'no-agreement': () =>
    'You named no agreement with a provider, so the closed models are those of Bedrock in your region, which needs none.',
  'restricted-refused': () =>
    'Requests in which a detector finds restricted data (card numbers, keys) are refused: without a fleet nobody may see them.',
};
