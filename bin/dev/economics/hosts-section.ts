/** The worked examples of what a GPU of one's own costs. */
import { type CatalogInstance, instances } from '../../../config/catalog';
import { replicaTokensPerDay } from '../../../lib/economics/break-even';
import { hostPrices } from '../../../config/catalog/host-prices';
import { DAYS_PER_MONTH, HOURS_PER_MONTH } from '../../../lib/economics/time';
import { BF16, type WeightFormat, formatFit } from '../../../lib/sizing/formats';
import { maxConcurrency, replicaMemory } from '../../../lib/sizing/replica';
import { decodeMs } from '../../../lib/sizing/roofline';
import { ASSUMED, apiUsdPerMonth, cheapestOf, hostUsdPerHour, hostUsdPerMonth } from './catalog';
import { millions, off, percent, table, usd } from './markdown';
import {
  ANSWER_TOKENS,
  FP8,
  INT4,
  LLAMA_70B,
  LLAMA_8B,
  MOST_MS_PER_TOKEN,
  PROMPT_TOKENS,
  SMALL_A10G,
  economicsOf,
  instanceOf,
  memoryOf,
  modelOf,
  speedOf,
} from './reference-fleets';

const LARGE_SAID = 180;
const SMALL_SAID = 110;
const SMALL_TOKENS_PER_DAY = 8e6;
/** A host that serves fewer conversations is no service. */
const FEWEST_SEQUENCES = 8;

export const hostsSection = (): string => `${largeSection()}\n${smallSection()}`;

function largeSection(): string {
  const [p4d, p4de] = ['p4d.24xlarge', 'p4de.24xlarge'].map((type) => hostUsdPerMonth(type, 'spot')) as [
    number,
    number,
  ];
  const formats: [string, WeightFormat][] = [
    ['16 bits', BF16],
    ['8 bits', FP8],
    ['4 bits', INT4],
  ];
  const rows = formats.map(([bits, format]) => {
    const { weightGiB } = memoryOn('p4d.24xlarge', format);
    const [cheapest] = serving(format);
    if (cheapest === undefined) throw new Error(`no host holds ${LLAMA_70B} at ${bits}`);
    const month = hostUsdPerMonth(cheapest.instanceType, 'spot');
    return [
      bits,
      `${weightGiB.toFixed(0)} GiB`,
      fits(weightGiB, 40_960),
      fits(weightGiB, 81_920),
      `${cheapest.instanceType} (${cheapest.gpuCount} × ${cheapest.gpu.replace('NVIDIA ', '')})`,
      usd(month),
      off(LARGE_SAID, month),
    ];
  });
  return `## A 70B model on an A100 at spot price, ≈ ${usd(LARGE_SAID)} a month

${usd(LARGE_SAID)} a month is ${usd(LARGE_SAID / HOURS_PER_MONTH)} an hour. EC2 does not rent out one A100: the smallest host has eight.

${table([
  ['host', 'spot, a month', 'what was said is', 'an eighth of it', 'what was said is'],
  ['p4d.24xlarge (8 × A100, 40 GB)', usd(p4d), off(LARGE_SAID, p4d), usd(p4d / 8), off(LARGE_SAID, p4d / 8)],
  ['p4de.24xlarge (8 × A100, 80 GB)', usd(p4de), off(LARGE_SAID, p4de), usd(p4de / 8), off(LARGE_SAID, p4de / 8)],
])}
Nor does a 70B model fit one A100 as it is published. What it needs, and the cheapest host with a known spot price that serves ${FEWEST_SEQUENCES} conversations of ${PROMPT_TOKENS + ANSWER_TOKENS} tokens at a time, a token in ${MOST_MS_PER_TOKEN} ms:

${table([['Llama 3.3 70B at', 'weights', 'on 40 GB', 'on 80 GB', 'cheapest host', 'spot, a month', 'what was said is'], ...rows])}
For comparison, 10M tokens a day of Llama 3.3 70B cost ${usd(apiUsdPerMonth(cheapestOf(LLAMA_70B), 10e6))} a month at the cheapest host of it in the catalogue (${cheapestOf(LLAMA_70B).provider}).
`;
}

/** Nine tenths of a GPU are the engine's. */
const fits = (weightGiB: number, memoryMiB: number): string => (weightGiB < (memoryMiB / 1_024) * 0.9 ? 'fits' : 'no');

const memoryOn = (instanceType: string, format: WeightFormat) => {
  const gpu = instanceOf(instanceType);
  return replicaMemory({
    model: modelOf(LLAMA_70B),
    format,
    gpu,
    split: { tensorParallel: gpu.gpuCount, pipelineParallel: 1 },
    contextTokens: PROMPT_TOKENS + ANSWER_TOKENS,
  });
};

/** Cheapest first. */
function serving(format: WeightFormat): CatalogInstance[] {
  const model = modelOf(LLAMA_70B);
  return instances
    .filter((row) => row.unfit === null && row.spotUsdPerHour !== null)
    .filter((row) => formatFit(format.name, row.gpuComputeCapability).runs)
    .filter((gpu) => {
      const memory = memoryOn(gpu.instanceType, format);
      const held = maxConcurrency(memory, PROMPT_TOKENS + ANSWER_TOKENS);
      if (memory.splitProblem !== null || held < FEWEST_SEQUENCES) return false;
      const split = { tensorParallel: gpu.gpuCount, pipelineParallel: 1 };
      const ms = decodeMs({ model, format, split, gpu }, FEWEST_SEQUENCES, PROMPT_TOKENS + ANSWER_TOKENS / 2);
      return ms <= MOST_MS_PER_TOKEN;
    })
    .toSorted((a, b) => (a.spotUsdPerHour ?? 0) - (b.spotUsdPerHour ?? 0));
}

function smallSection(): string {
  const [spot, onDemand] = [hostUsdPerMonth('g5.xlarge', 'spot'), hostUsdPerMonth('g5.xlarge', 'on-demand')];
  const fleet = economicsOf(SMALL_A10G, hostPrices);
  const { batch, outputTokensPerSecond, inputTokensPerSecond } = speedOf(SMALL_A10G);
  const full = replicaTokensPerDay(fleet, { ...ASSUMED, maxUtilization: 1 });
  const hosted = cheapestOf(LLAMA_8B);
  const engineers = ASSUMED.engineerHoursPerMonth * ASSUMED.engineerUsdPerHour;
  const hours = SMALL_SAID / hostUsdPerHour('g5.xlarge', 'spot');
  const millionUsd = (month: number): string => usd((month / (SMALL_TOKENS_PER_DAY * DAYS_PER_MONTH)) * 1e6);
  return `## 8M tokens a day on one A10G, ≈ ${usd(SMALL_SAID)} a month

The load is possible. Llama 3.1 8B at 16 bits leaves an A10G room for ${Math.round(memoryOf(SMALL_A10G).kvCacheTokens / 1_000)},000 tokens of cache, so ${batch} conversations at a time. It then writes about ${Math.round(outputTokensPerSecond)} tokens a second or reads about ${Math.round(inputTokensPerSecond)}: ${millions(full)} tokens a day when it is busy all day. 8M are ${percent(SMALL_TOKENS_PER_DAY / full)} of that.

${table([
  ['g5.xlarge', 'a month', 'what was said is', 'for a million tokens'],
  ['spot', usd(spot), off(SMALL_SAID, spot), millionUsd(spot)],
  ['on demand', usd(onDemand), off(SMALL_SAID, onDemand), millionUsd(onDemand)],
  [
    `spot and ${ASSUMED.engineerHoursPerMonth} hours of an engineer`,
    usd(spot + engineers),
    off(SMALL_SAID, spot + engineers),
    millionUsd(spot + engineers),
  ],
])}
At spot ${usd(SMALL_SAID)} pay for ${Math.round(hours)} hours, ${(hours / DAYS_PER_MONTH).toFixed(1)} a day. And the same model costs ${usd(apiUsdPerMonth(hosted, SMALL_TOKENS_PER_DAY))} a month for these tokens at ${hosted.provider}: for a small model at this load the reason to host is where the data may go, not money.
`;
}
