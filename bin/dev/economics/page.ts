/** docs/economics.md, from the catalogue: the worked examples that one reads everywhere, redone. */
import { hostPrices } from '../../../config/catalog/host-prices';
import { tokenOffers } from '../../../config/catalog/prices';
import { STRESS } from '../../../lib/economics/assumptions';
import { DAYS_PER_MONTH, HOURS_PER_MONTH } from '../../../lib/economics/time';
import { ROOFLINE_ERROR } from '../../../lib/sizing/roofline';
import { ASSUMED, daysOf } from './catalog';
import { hostsSection } from './hosts-section';
import { percent, table } from './markdown';
import { memorySection } from './memory-section';
import { ANSWER_TOKENS, MOST_MS_PER_TOKEN, PROMPT_TOKENS } from './reference-fleets';
import { routerSection } from './router-section';
import { thresholdsSection } from './thresholds-section';
import { tokensSection } from './tokens-section';
import { volumeSection } from './volume-section';

export const economicsPage = (): string =>
  [
    header(),
    tokensSection(),
    hostsSection(),
    volumeSection(),
    thresholdsSection(),
    memorySection(),
    routerSection(),
  ].join('\n');

function header(): string {
  return `# Economics: the usual sums, redone

This page is written by \`npm run docs:economics\` from the price catalogue. Do not edit it. \`npm run prices\` refreshes the catalogue.

Some sums are repeated in many articles. Here they are again, with today's prices, and by what factor they are off.

## What is assumed

${table([
  ['what', 'value'],
  ['prices of tokens', `list prices as of ${daysOf(tokenOffers)}`],
  ['prices on demand', `us-east-1, as of ${daysOf(hostPrices.map(({ onDemand }) => onDemand))}`],
  ['prices at spot', `us-east-1, typical, as of ${daysOf(hostPrices.map(({ spot }) => spot))}`],
  ['a month', `${HOURS_PER_MONTH} hours, which are ${DAYS_PER_MONTH.toFixed(1)} days`],
  ['input', `${percent(ASSUMED.inputShare)} of the tokens, where nothing else is said; nothing cached`],
  ['a request', `${PROMPT_TOKENS} tokens are read, ${ANSWER_TOKENS} written, one in ${MOST_MS_PER_TOKEN} ms or faster`],
  [
    'throughput',
    `estimated from the GPU's bandwidth and arithmetic; it may be off by ${percent(ROOFLINE_ERROR.throughput)}`,
  ],
  ['use of a replica', `${percent(ASSUMED.maxUtilization)} of its throughput on average; the rest is for peaks`],
  [
    'engineer',
    `${ASSUMED.engineerHoursPerMonth} hours a month at $${ASSUMED.engineerUsdPerHour}, and ${ASSUMED.setUpHours} hours once, over ${ASSUMED.horizonMonths} months`,
  ],
  ['prices of tokens fall', `by ${percent(ASSUMED.priceFallPerYear)} a year; hosts keep theirs`],
  [
    'pessimistic',
    `spot ${percent(STRESS.spotPriceFactor - 1)} dearer, throughput ${percent(1 - STRESS.throughputFactor)} lower, use at ${percent(ASSUMED.maxUtilization * STRESS.maxUtilizationFactor)}, ${percent(STRESS.engineerHoursFactor - 1)} more hours, tokens fall by ${percent(1 - (1 - ASSUMED.priceFallPerYear) ** STRESS.priceFallYears)} a year`,
  ],
])}
"Off by a factor" compares what was said with what is found here. "Too low" says that the truth is higher.
`;
}
