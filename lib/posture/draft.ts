/** A proposal as a config file with comments. */
import { prices } from '../../config/catalog';
import type { ClosedStarter } from '../../config/catalog/starters';
import { DEFAULT_ASSUMPTIONS } from '../economics/assumptions';
import { DAYS_PER_MONTH, HOURS_PER_MONTH } from '../economics/time';
import { listUsdPerMillionTokens } from '../economics/token-cost';
import { type Answers, hardTasks, isHard } from './answers';
import { ENGINEER_HOURS, FLEET_NAME } from './first-fleet';
import type { Proposal } from './propose';
import { POSTURE_NAMES, sentences } from './words';

export function draftConfig(answers: Answers, proposal: Proposal): string {
  const parts = [
    header(answers, proposal),
    place(answers, proposal),
    fleets(proposal),
    providers(answers, proposal),
    models(answers, proposal),
    routes(answers, proposal),
    policy(answers, proposal),
    money(answers, proposal),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function header(answers: Answers, proposal: Proposal): string {
  const text = `Made by \`hybrid-llm init\`. Posture: ${POSTURE_NAMES[proposal.posture]}. ${sentences(answers, proposal).join(' ')}`;
  const next = 'Next: `npx hybrid-llm validate`, then `npx hybrid-llm doctor`, then `npx cdk deploy`.';
  return [...wrapped(text), ...wrapped(next)].map((line) => `# ${line}`).join('\n');
}

function place({ name, region }: Answers, { posture, closed }: Proposal): string {
  const lanes = {
    closed: '[open] # `sealed` too, once there is a fleet',
    hybrid: '[open, sealed]',
    private: '[sealed]',
  };
  // Bedrock is reached by an interface endpoint: a NAT gateway would cost $36.50 a month for nothing.
  const needsWayOut = closed.some(({ provider }) => provider !== 'bedrock');
  return [
    `name: ${name}`,
    `region: ${region}`,
    `lanes: ${lanes[posture]}`,
    'network:',
    `  egress: ${needsWayOut ? 'nat' : 'none'} # nat | ipv6 | none`,
    ...(posture === 'closed'
      ? []
      : ['  # azs: `npx hybrid-llm doctor --write` puts in the zones that offer your GPUs']),
  ].join('\n');
}

function fleets({ fleet, paysFromTokensPerDay }: Proposal): string {
  if (fleet === null) {
    const from =
      paysFromTokensPerDay === null
        ? 'none: it would not pay'
        : `none yet: one pays from about ${Number(paysFromTokensPerDay.toPrecision(2)).toLocaleString('en-US')} tokens a day`;
    return `fleets: {} # ${from}; see \`npx hybrid-llm plan\``;
  }
  return [
    'fleets:',
    `  ${FLEET_NAME}:`,
    `    model: ${fleet.model}`,
    `    context: ${fleet.context} # tokens of prompt and answer together`,
    `    concurrency: ${fleet.concurrency} # sequences at full context that one replica must hold`,
    `    replicas: { min: 0, max: ${fleet.maxReplicas}, idleMinutes: 20 } # sleeps when nobody asks; min: 1 answers at once`,
    '    capacity: { spot: true, onDemandFallback: true }',
  ].join('\n');
}

function providers({ name, agreements }: Answers, { closed }: Proposal): string {
  if (closed.length === 0) return '';
  const lines = closed.map(({ provider }) => {
    if (provider === 'bedrock') return "  bedrock: {} # signed with the router's own role, by an endpoint in your VPC";
    const agreement = agreements[provider];
    const stated =
      agreement === undefined
        ? ' } # no agreement'
        : `, agreement: { kind: ${agreement.kind}, ref: ${JSON.stringify(agreement.ref)} } }`;
    return `  ${provider}: { secret: ${name}/${provider}${stated}`;
  });
  return ['providers: # keys lie in Secrets Manager under these names', ...lines].join('\n');
}

/** A colon would begin a mapping. */
const quoted = (model: string): string => (model.includes(':') ? `'${model}'` : model);

const everyday = ({ provider }: ClosedStarter): string => `${provider}-everyday`;
const hard = ({ provider }: ClosedStarter): string => `${provider}-hard`;

function models(answers: Answers, { closed, fleet }: Proposal): string {
  const back = fleet !== null && closed.length > 0 ? `, fallback: [${closed.map(everyday).join(', ')}]` : '';
  return [
    'models: # what callers may name',
    ...(fleet === null ? [] : [`  ${FLEET_NAME}: { fleet: ${FLEET_NAME}${back} }`]),
    ...closed.flatMap((row) => [
      `  ${everyday(row)}: { provider: ${row.provider}, model: ${quoted(row.everyday)} }`,
      ...(isHard(answers) ? [`  ${hard(row)}: { provider: ${row.provider}, model: ${quoted(row.hard)} }`] : []),
    ]),
  ].join('\n');
}

function routes(answers: Answers, { posture, closed }: Proposal): string {
  const own = posture === 'closed' ? [] : [FLEET_NAME];
  return [
    'routes: # for `model: auto`; the first that matches; `to` is a fallback chain',
    ...(posture === 'hybrid'
      ? [`  - { name: restricted, when: { sensitivity: restricted }, to: [${FLEET_NAME}] }`]
      : []),
    ...(isHard(answers) && closed.length > 0
      ? [`  - { name: hard, when: { task: [${hardTasks.join(', ')}] }, to: [${closed.map(hard).join(', ')}] }`]
      : []),
    `  - { name: default, to: [${[...own, ...closed.map(everyday)].join(', ')}] }`,
  ].join('\n');
}

function policy({ data }: Answers, { posture, closed }: Proposal): string {
  const hasBedrock = closed.some(({ provider }) => provider === 'bedrock');
  const reach = {
    account: 'vpc',
    region: 'region',
    agreement: hasBedrock ? 'region' : 'agreement',
    anywhere: 'external',
  } as const;
  // Without a fleet restricted data has nowhere to go, unless Bedrock may see it.
  const restricted = posture === 'closed' && hasBedrock ? 'region' : 'vpc';
  return [
    'sensitivity:',
    '  default: internal # public < internal < restricted',
    `  allow: { public: ${reach[data]}, internal: ${reach[data]}, restricted: ${restricted} } # vpc < region < agreement < external`,
    '',
    'expect: # tests of the policy; `validate` runs them',
    "  - { given: { text: 'card 4111 1111 1111 1111' }, class: restricted, never: [agreement, external] }",
  ].join('\n');
}

function money(answers: Answers, proposal: Proposal): string {
  const stages = {
    closed: '[notify@80, closed-off@100]',
    hybrid: '[notify@80, closed-off@100, clamp@110, zero@120]',
    private: '[notify@80, clamp@100, zero@120]',
  };
  const { operator, notify } = answers;
  return [
    `budgets: { monthlyUsd: ${budgetUsd(answers, proposal)}, killSwitch: ${stages[proposal.posture]} } # about twice what the answers come to`,
    `economics: { engineerHoursPerMonth: ${ENGINEER_HOURS[operator]} } # what running a fleet takes`,
    notify.length === 0
      ? 'alarms: { notify: none } # or [oncall@example.com]'
      : `alarms: { notify: [${notify.map((address) => JSON.stringify(address)).join(', ')}] }`,
  ].join('\n');
}

const HEADROOM = 2;
const ROUNDED_TO_USD = 50;
/** Of all tokens: what goes to closed models where a fleet does the everyday work. Nobody knows it beforehand. */
const SHARE_BESIDE_FLEET = 0.2;

/** US dollars a month, rounded up: tokens at list prices and hosts on demand, and as much again. */
export function budgetUsd(answers: Answers, { closed, fleet }: Proposal): number {
  const [first] = closed;
  const used = first === undefined ? [] : isHard(answers) ? [first.everyday, first.hard] : [first.everyday];
  const usdPerMillion = used.map((model) => listUsd(first?.provider, model));
  const mean = usdPerMillion.reduce((sum, usd) => sum + usd, 0) / Math.max(1, usdPerMillion.length);
  const tokensPerDay = answers.tokensPerDay * (fleet === null ? 1 : SHARE_BESIDE_FLEET);
  const tokensUsd = (mean * tokensPerDay * DAYS_PER_MONTH) / 1e6;
  const hostsUsd = (fleet?.onDemandUsdPerHour ?? 0) * HOURS_PER_MONTH;
  return Math.max(1, Math.ceil(((tokensUsd + hostsUsd) * HEADROOM) / ROUNDED_TO_USD)) * ROUNDED_TO_USD;
}

function listUsd(provider: string | undefined, model: string): number {
  const price = prices.find((row) => row.provider === provider && row.model === model);
  return price === undefined ? 0 : (listUsdPerMillionTokens(price, DEFAULT_ASSUMPTIONS) ?? 0);
}

const LINE = 110;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
