/** The thresholds from which hosts of one's own are said to pay. */
import { hostPrices } from '../../../config/catalog/host-prices';
import type { TokenOffer } from '../../../config/catalog/prices';
import { type BreakEven, breakEven } from '../../../lib/economics/break-even';
import { DAYS_PER_MONTH } from '../../../lib/economics/time';
import { ASSUMED, HOSTS_ONLY, cheapestOf, offerOf } from './catalog';
import { millions, off, table } from './markdown';
import {
  LARGE_A100,
  LARGE_L40S,
  LLAMA_70B,
  LLAMA_8B,
  type ReferenceFleet,
  SMALL_L40S,
  economicsOf,
} from './reference-fleets';

/** Tokens a day. */
export const THRESHOLDS: readonly (readonly [string, number])[] = [
  ['50M a month', 50e6 / DAYS_PER_MONTH],
  ['2M a day', 2e6],
  ['5M a day', 5e6],
  ['10M a day', 10e6],
  ['500M a month', 500e6 / DAYS_PER_MONTH],
];

const COMPARED: readonly (readonly [ReferenceFleet, TokenOffer])[] = [
  [SMALL_L40S, offerOf('openai', 'gpt-4o-mini')],
  [SMALL_L40S, cheapestOf(LLAMA_8B)],
  [SMALL_L40S, offerOf('bedrock', 'meta.llama3-1-8b-instruct-v1:0')],
  [SMALL_L40S, offerOf('openai', 'gpt-4o')],
  [LARGE_L40S, offerOf('openai', 'gpt-4o')],
  [LARGE_L40S, offerOf('anthropic', 'claude-sonnet-5')],
  [LARGE_A100, offerOf('openai', 'gpt-4o')],
  [LARGE_A100, offerOf('anthropic', 'claude-sonnet-5')],
  [LARGE_L40S, offerOf('anthropic', 'claude-opus-5')],
  [LARGE_L40S, offerOf('bedrock', 'meta.llama3-3-70b-instruct-v1:0')],
  [LARGE_L40S, cheapestOf(LLAMA_70B)],
];

export function thresholdsSection(): string {
  const rows = COMPARED.map(([fleet, offer]) => {
    const economics = economicsOf(fleet, hostPrices);
    const hosts = breakEven(economics, 'spot', offer, HOSTS_ONLY);
    const all = breakEven(economics, 'spot', offer, ASSUMED);
    return { names: [shortName(fleet), `${offer.model} (${offer.provider})`], hosts, all };
  });
  const never = rows.filter(({ all }) => all.tokensPerDay === null);
  const paying = rows.flatMap(({ all }) => (all.tokensPerDay === null ? [] : [all.tokensPerDay]));
  return `## "It pays from 2M, 5M, 10M tokens a day, or from 50M, 500M a month"

There is no such number: it hangs on what is compared. Of ${rows.length} comparisons here ${never.length} never pay; in the others it lies between ${millions(Math.min(...paying))} and ${millions(Math.max(...paying))} tokens a day. Tokens a day from which spot hosts are cheaper and stay so:

${table([
  ['fleet', 'against', 'hosts alone', 'with engineer and falling prices', 'the same, pessimistic'],
  ...rows.map(({ names, hosts, all }) => [
    ...names,
    millions(hosts.tokensPerDay),
    millions(all.tokensPerDay),
    millions(all.stressedTokensPerDay),
  ]),
])}
And each threshold against these, with engineer and falling prices; in brackets for hosts alone:

${table([
  ['fleet', 'against', ...THRESHOLDS.map(([name]) => name)],
  ...rows.map(({ names, hosts, all }) => [
    ...names,
    ...THRESHOLDS.map(([, said]) => `${verdict(said, all)} (${verdict(said, hosts)})`),
  ]),
])}`;
}

const shortName = ({ name }: ReferenceFleet): string => name.replace(/ \(.*\)$/, '');

const verdict = (said: number, { tokensPerDay }: BreakEven): string =>
  tokensPerDay === null ? 'never pays' : off(said, tokensPerDay);
