/** The worked examples of what an API costs at 10M tokens a day. */
import type { TokenOffer } from '../../../config/catalog/prices';
import { DAYS_PER_MONTH } from '../../../lib/economics/time';
import { ASSUMED, apiUsdPerMonth, millionTokensUsd, offerOf } from './catalog';
import { off, percent, table, times, usd } from './markdown';

const TOKENS_PER_DAY = 10e6;

interface Claim {
  readonly about: string;
  readonly usdPerMonth: number;
  /** What may have been meant; the first is what the name says today. */
  readonly offers: readonly TokenOffer[];
}

export const TOKEN_CLAIMS: readonly Claim[] = [
  { about: 'GPT-4o', usdPerMonth: 450, offers: [offerOf('openai', 'gpt-4o'), offerOf('openai', 'gpt-4o-mini')] },
  {
    about: 'Claude Sonnet',
    usdPerMonth: 270,
    offers: [offerOf('anthropic', 'claude-sonnet-5'), offerOf('anthropic', 'claude-sonnet-4-5')],
  },
  {
    about: 'Gemini Flash',
    usdPerMonth: 75,
    offers: [
      offerOf('gemini', 'gemini-3.8-flash'),
      offerOf('gemini', 'gemini-2.5-flash'),
      offerOf('gemini', 'gemini-2.0-flash'),
    ],
  },
];

const SHARES = [0.5, 0.75, 0.9];

export function tokensSection(): string {
  const rows = TOKEN_CLAIMS.flatMap(({ about, usdPerMonth, offers }) =>
    offers.map((offer) => [
      about,
      usd(usdPerMonth),
      offer.model,
      ...SHARES.map((share) => usd(apiUsdPerMonth(offer, TOKENS_PER_DAY, share))),
      off(usdPerMonth, apiUsdPerMonth(offer, TOKENS_PER_DAY)),
    ]),
  );
  return `## 10M tokens a day on an API

One reads: GPT-4o ≈ $450 a month, Claude Sonnet ≈ $270, Gemini Flash ≈ $75.

${table([
  [
    'said of',
    'said',
    'price of',
    ...SHARES.map((share) => `${percent(share)} input`),
    `what was said is (${percent(ASSUMED.inputShare)} input)`,
  ],
  ...rows,
])}
${TOKEN_CLAIMS.map(neededMix).join('\n')}

What such sums leave out: of these models a token of output costs ${outputOverInput()} as much as one of input.
`;
}

/** Of the models in the table. */
function outputOverInput(): string {
  const factors = TOKEN_CLAIMS.flatMap(({ offers }) =>
    offers.map((offer) => millionTokensUsd(offer, 0) / millionTokensUsd(offer, 1)),
  );
  return `${Math.min(...factors).toFixed(0)} to ${times(Math.max(...factors))}`;
}

/** Which input share would make it true. */
function neededMix({ about, usdPerMonth, offers: [offer] }: Claim): string {
  if (offer === undefined) throw new Error(`${about} has no offer`);
  const millionUsd = (usdPerMonth / (TOKENS_PER_DAY * DAYS_PER_MONTH)) * 1e6;
  const [input, output] = [millionTokensUsd(offer, 1), millionTokensUsd(offer, 0)];
  const what = `- ${about} for ${usd(usdPerMonth)} needs ${usd(millionUsd)} for a million tokens.`;
  if (millionUsd < input)
    return `${what} The input of ${offer.model} alone costs ${usd(input)}, so no mix gives that: even 10M tokens of input, with no answer at all, cost ${usd(apiUsdPerMonth(offer, TOKENS_PER_DAY, 1))} a month.`;
  return `${what} With ${offer.model} that is an input share of ${percent((output - millionUsd) / (output - input))}.`;
}
