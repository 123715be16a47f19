/** The worked example of 100M tokens a day. */
import { hostPrices } from '../../../config/catalog/host-prices';
import type { TokenOffer } from '../../../config/catalog/prices';
import { breakEven, fixedUsdPerDay, replicaTokensPerDay } from '../../../lib/economics/break-even';
import { DAYS_PER_MONTH } from '../../../lib/economics/time';
import { ASSUMED, apiUsdPerMonth, cheapestOf, hostUsdPerMonth, offerOf } from './catalog';
import { millions, off, table, usd } from './markdown';
import {
  LARGE_A100,
  LARGE_L40S,
  LLAMA_70B,
  LLAMA_8B,
  type ReferenceFleet,
  SMALL_L40S,
  economicsOf,
} from './reference-fleets';

const TOKENS_PER_DAY = 100e6;
const API_SAID = [25_000, 75_000] as const;
const OWN_SAID = [2_500, 7_500] as const;

const APIS = [
  offerOf('openai', 'gpt-4o-mini'),
  cheapestOf(LLAMA_8B),
  cheapestOf(LLAMA_70B),
  offerOf('gemini', 'gemini-3.8-flash'),
  offerOf('anthropic', 'claude-sonnet-5'),
  offerOf('openai', 'gpt-4o'),
  offerOf('anthropic', 'claude-opus-5'),
];

export function volumeSection(): string {
  const apis = APIS.map((offer) => ({ offer, month: apiUsdPerMonth(offer, TOKENS_PER_DAY) })).toSorted(
    (a, b) => a.month - b.month,
  );
  return `## 100M tokens a day: $25,000–75,000 by the token against $2,500–7,500 on hosts

By the token, a month:

${table([
  ['model', 'a month', `what was said is`],
  ...apis.map(({ offer, month }) => [`${offer.model} (${offer.provider})`, usd(month), offRange(API_SAID, month)]),
])}
On hosts, at ${ASSUMED.maxUtilization * 100} % of what a replica could do, with ${ASSUMED.engineerHoursPerMonth} hours of an engineer a month:

${table([
  ['fleet', 'replicas', 'spot', 'spot and engineer', 'what was said is', 'on demand and engineer', 'what was said is'],
  ...[SMALL_L40S, LARGE_L40S, LARGE_A100].map(ownRow),
])}
Both are taken as a month. The ranges fit ${dearest(apis)} on one side and Llama 3.1 8B on the other: a factor of ten, but not between the same models. Llama 3.3 70B on spot hosts against the same model by the token ${sameModel()}.
`;
}

const dearest = (apis: readonly { offer: TokenOffer; month: number }[]): string => apis.at(-1)?.offer.model ?? '';

function ownRow(fleet: ReferenceFleet): string[] {
  const replicas = Math.ceil(TOKENS_PER_DAY / replicaTokensPerDay(economicsOf(fleet, hostPrices), ASSUMED));
  const engineers = fixedUsdPerDay({ ...ASSUMED, setUpHours: 0 }) * DAYS_PER_MONTH;
  const month = (purchase: 'spot' | 'on-demand'): number => replicas * hostUsdPerMonth(fleet.instanceType, purchase);
  const [spot, onDemand] = [month('spot') + engineers, month('on-demand') + engineers];
  return [
    fleet.name,
    String(replicas),
    usd(month('spot')),
    usd(spot),
    offRange(OWN_SAID, spot),
    usd(onDemand),
    offRange(OWN_SAID, onDemand),
  ];
}

function sameModel(): string {
  const offer = cheapestOf(LLAMA_70B);
  const { tokensPerDay } = breakEven(economicsOf(LARGE_L40S, hostPrices), 'spot', offer, ASSUMED);
  const bedrock = breakEven(
    economicsOf(LARGE_L40S, hostPrices),
    'spot',
    offerOf('bedrock', 'meta.llama3-3-70b-instruct-v1:0'),
    ASSUMED,
  );
  const pays = (tokens: number | null): string =>
    tokens === null ? 'never pays' : `pays from ${millions(tokens)} tokens a day`;
  return `${pays(tokensPerDay)} against ${offer.provider} and ${pays(bedrock.tokensPerDay)} against Bedrock`;
}

const offRange = ([low, high]: readonly [number, number], found: number): string =>
  found < low ? off(low, found) : found > high ? off(high, found) : 'in the range';
