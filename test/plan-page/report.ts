/** A made-up plan with all that is hard to lay out: long names, unknown prices, many rejected types, models that are never beaten. */
import { cheaperFrom } from '../../lib/economics/staircase';
import type { PageHeading } from '../../bin/plan-page/page';
import type { FleetReport, PlanReport } from '../../lib/selection/plan-report';

const rejected = (types: readonly string[], reason: (type: string) => string) =>
  types.map((instanceType) => ({ instanceType, reason: reason(instanceType) }));

const sizes = (family: string, ...names: readonly string[]): string[] => names.map((name) => `${family}.${name}`);

const LLAMA_MODELS = [
  { model: 'anthropic/claude-opus-4.1', usdPerMillionTokens: 22.5 },
  { model: 'openai/gpt-4o', usdPerMillionTokens: 3.28 },
  { model: 'anthropic/claude-sonnet-4.5', usdPerMillionTokens: 4.5 },
  { model: 'gemini/gemini-2.5-pro', usdPerMillionTokens: 2.58 },
  { model: 'gemini/gemini-2.5-flash', usdPerMillionTokens: 0.64 },
  { model: 'bedrock/meta.llama3-1-8b-instruct-v1:0', usdPerMillionTokens: 0.11 },
  { model: 'openai/gpt-4o-mini', usdPerMillionTokens: 0.2 },
];

const CURVES = {
  purchase: 'spot',
  fixedUsdPerDay: 139.4,
  replicaUsdPerDay: 17.1,
  replicaTokensPerDay: 120_000_000,
  minReplicas: 0,
  maxReplicas: 4,
  models: LLAMA_MODELS,
} as const;

/** @param stress by how much the fleet gets dearer */
function crossing(usdPerMillionTokens: number, purchase: 'spot' | 'on-demand', stress: number): number | null {
  const stairs = {
    unitUsd: usdPerMillionTokens / 1e6,
    stepUsd: CURVES.replicaUsdPerDay * (purchase === 'spot' ? 1 : 2.6) * stress,
    stepUnits: CURVES.replicaTokensPerDay,
    fixedUsd: CURVES.fixedUsdPerDay * stress,
    minSteps: CURVES.minReplicas,
  };
  return cheaperFrom(stairs)?.units ?? null;
}

export const PLAN: PlanReport = {
  fleets: {
    'llama-8b': {
      model: 'meta-llama/Llama-3.1-8B-Instruct',
      checkpoint: 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic',
      quantization: 'fp8',
      tensorParallel: 1,
      pipelineParallel: 1,
      weightGiB: 8.46,
      kvBytesPerToken: 131_072,
      kvCacheTokens: 262_144,
      maxConcurrency: 16,
      verdict:
        'One L40S (48 GB) a replica with FP8 weights: the smallest GPU that holds 16 sequences of 16,384 tokens, and the cheapest per token on spot.',
      pools: [
        {
          instanceType: 'g6e.xlarge',
          gpu: 'NVIDIA L40S',
          gpuCount: 1,
          kvCacheTokens: 262_144,
          onDemandUsdPerHour: 1.861,
          spotUsdPerHour: 0.712,
          usdPerMillionTokens: 0.286,
          tokensPerSecond: 1383,
          timePerOutputTokenMs: 11.6,
          timeToFirstTokenMs: 148,
        },
        {
          instanceType: 'g6e.2xlarge',
          gpu: 'NVIDIA L40S',
          gpuCount: 1,
          kvCacheTokens: 262_144,
          onDemandUsdPerHour: 2.242,
          spotUsdPerHour: 0.893,
          usdPerMillionTokens: 0.359,
          tokensPerSecond: 1383,
          timePerOutputTokenMs: 11.6,
          timeToFirstTokenMs: 148,
        },
        {
          instanceType: 'g7e.2xlarge',
          gpu: 'NVIDIA RTX PRO 6000 Blackwell Server Edition',
          gpuCount: 1,
          kvCacheTokens: 618_240,
          onDemandUsdPerHour: 3.363,
          spotUsdPerHour: null,
          usdPerMillionTokens: null,
          tokensPerSecond: 2610,
          timePerOutputTokenMs: 6.1,
          timeToFirstTokenMs: 92,
          unknown: 'no spot price in us-east-1 within the last 30 days (AWS spot history, 2026-11-03)',
        },
      ],
      rejected: [
        ...rejected(
          sizes('g4dn', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', 'metal'),
          () => 'compute capability 7.5 cannot run fp8: needs 8.9',
        ),
        ...rejected(
          sizes('g5', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge', '48xlarge'),
          () => 'compute capability 8.6 cannot run fp8 in hardware: needs 8.9',
        ),
        ...rejected(
          sizes('g6', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '16xlarge'),
          () => 'one L4 holds 6 sequences of 16,384 tokens at once; 16 are asked',
        ),
        ...rejected(
          sizes('gr6', '4xlarge', '8xlarge'),
          () => 'one L4 holds 6 sequences of 16,384 tokens; 16 are asked',
        ),
        ...rejected(sizes('g6f', 'large', 'xlarge', '2xlarge', '4xlarge'), () => 'a fraction of a GPU'),
        ...rejected(
          sizes('p4d', '24xlarge').concat('p4de.24xlarge'),
          () => 'compute capability 8.0 cannot run fp8 in hardware: needs 8.9',
        ),
        ...rejected(
          ['p5.48xlarge', 'p5e.48xlarge', 'p5en.48xlarge', 'p6-b200.48xlarge', 'p6-b300.48xlarge'],
          (type) => `${type} has 8 GPUs; a replica needs 1 and one engine runs on an instance: dearest per token`,
        ),
        ...rejected(
          ['g6e.4xlarge', 'g6e.8xlarge', 'g6e.12xlarge', 'g6e.16xlarge', 'g6e.24xlarge', 'g6e.48xlarge', 'p5.4xlarge'],
          () => 'dearer than the pools chosen for the same work',
        ),
      ],
      vllmArgs: [
        'serve',
        '/models/RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic',
        '--served-model-name',
        'meta-llama/Llama-3.1-8B-Instruct',
        '--max-model-len',
        '16384',
        '--max-num-seqs',
        '16',
        '--gpu-memory-utilization',
        '0.92',
        '--load-format',
        'runai_streamer',
        '--model-loader-extra-config',
        '{"concurrency": 16}',
        '--enable-prefix-caching',
      ],
      asked: { context: 16_384, concurrency: 16 },
      memory: { instanceType: 'g6e.xlarge', totalGiB: 44.52 },
      costCurves: CURVES,
    },
    'long-context-reasoning-embedding-experiments-eu': {
      model: 'example-research-organisation/A-Very-Long-Model-Name-405B-Instruct-Preview-2026-10-Reasoning-Distilled',
      checkpoint:
        'example-research-organisation/A-Very-Long-Model-Name-405B-Instruct-Preview-2026-10-Reasoning-Distilled-AWQ-INT4',
      quantization: 'awq-int4',
      tensorParallel: 8,
      pipelineParallel: 1,
      weightGiB: 203.9,
      kvBytesPerToken: 516_096,
      kvCacheTokens: 696_320,
      maxConcurrency: 5,
      verdict:
        'Eight H100 a replica with four-bit weights: nothing smaller holds 4 sequences of 131,072 tokens. No price is known, so that the order is by GPU memory.',
      pools: [
        {
          instanceType: 'p5.48xlarge',
          gpu: 'NVIDIA H100 80GB HBM3',
          gpuCount: 8,
          kvCacheTokens: 696_320,
          onDemandUsdPerHour: null,
          spotUsdPerHour: null,
          usdPerMillionTokens: null,
          tokensPerSecond: 212,
          timePerOutputTokenMs: 18.9,
          timeToFirstTokenMs: 2380,
          unknown: 'the catalogue has no price of p5.48xlarge in eu-central-2',
        },
      ],
      rejected: [{ instanceType: 'g6e.48xlarge', reason: 'no NVLink between its 8 GPUs: 3.1 times slower per token' }],
      vllmArgs: ['serve', '/models/long', '--tensor-parallel-size', '8', '--max-model-len', '131072'],
      asked: { context: 131_072, concurrency: 4 },
      memory: { instanceType: 'p5.48xlarge', totalGiB: 635.2 },
    },
  },
  idle: {
    usdPerMonth: 43.63,
    items: [
      { name: 'interface endpoint execute-api', usdPerMonth: 7.3 },
      { name: 'interface endpoint bedrock-runtime', usdPerMonth: 7.3 },
      { name: 'interface endpoint secretsmanager', usdPerMonth: 7.3 },
      { name: 'interface endpoint ecr.api', usdPerMonth: 7.3 },
      { name: 'interface endpoint ecr.dkr', usdPerMonth: 7.3 },
      { name: 'alarms (43)', usdPerMonth: 4.3 },
      { name: 'secrets (3)', usdPerMonth: 1.2 },
      { name: 'key of the records bucket', usdPerMonth: 1 },
      { name: 'DNS Firewall: domain names', usdPerMonth: 0.63 },
    ],
  },
  breakEven: [
    ...LLAMA_MODELS.flatMap(({ model, usdPerMillionTokens }) =>
      (['spot', 'on-demand'] as const).map((purchase) => {
        const tokensPerDay = crossing(usdPerMillionTokens, purchase, 1);
        return {
          model,
          fleet: 'llama-8b',
          purchase,
          tokensPerDay,
          stressedTokensPerDay: crossing(usdPerMillionTokens, purchase, 1.8),
          verdict: tokensPerDay === null ? ('never-pays' as const) : ('pays' as const),
        };
      }),
    ),
    {
      model: 'anthropic/claude-sonnet-4.5',
      fleet: 'long-context-reasoning-embedding-experiments-eu',
      purchase: 'spot',
      tokensPerDay: null,
      stressedTokensPerDay: null,
      verdict: 'host-price-unknown',
    },
  ],
  outlook: [
    {
      name: 'llama-8b: spot replicas answer with 1, 2, 3 of them',
      value: '99.9 %, 99.9998 %, 99.9998 %',
      source: '10 % of hosts interrupted in a month',
    },
  ],
  assumptions: [
    {
      name: 'Engineers',
      value: '$90 an hour, 40 hours a month, 40 hours once for set-up spread over 12 months',
      source: 'config: economics',
    },
    { name: 'Traffic', value: '75 % input, 0 % of it cached, 25 % output', source: 'config: economics' },
    {
      name: 'Utilization',
      value: 'at most 50 % of a replica’s throughput on average',
      source: 'default of the planner',
    },
    { name: 'Token prices', value: 'fall by 50 % a year; the mean over 12 months counts', source: 'config: economics' },
    {
      name: 'Throughput and latency',
      value: 'roofline with 0.75 of the memory bandwidth; measured values were within 25 %',
      source: 'https://github.com/vllm-project/vllm/blob/main/docs/benchmarking/README.md',
    },
    {
      name: 'Spot prices',
      value: 'the cheapest zone on 2026-11-03; stressed: half as much again, never above on demand',
      source: 'AWS spot history, us-east-1, 2026-11-03',
    },
    {
      name: 'Stressed',
      value:
        'two thirds of the utilization, 0.75 of the throughput, 1.5 times the hours, two years of price fall in one',
      source: 'default of the planner',
    },
  ],
  lock: { written: false, stale: true },
  warnings: [
    'The lock file is older than the catalogue: llama-8b would now run on g6e.xlarge instead of g5.2xlarge.',
    'Licence llama3.1: more than 700 million monthly active users need a licence from Meta; the config states 20,000.',
    'Prices are 18 days old; `npm run prices` refreshes them.',
  ],
};

export const HEADING: PageHeading = {
  name: 'acme-llm',
  region: 'us-east-1',
  pricesAsOf: '2026-11-03',
  madeOn: '2026-11-21',
};

/** Every text of a report replaced; numbers, the keys that tables join by and closed words stay. */
export function withTexts(report: PlanReport, text: string): PlanReport {
  const llama = PLAN.fleets['llama-8b'] as FleetReport;
  const [fleet, model] = [`fleet ${text}`, `model ${text}`];
  return {
    ...report,
    fleets: {
      [fleet]: {
        ...llama,
        model: text,
        checkpoint: text,
        quantization: text,
        verdict: text,
        pools: llama.pools.map((pool) => ({ ...pool, instanceType: text, gpu: text, unknown: text })),
        rejected: [{ instanceType: text, reason: text }],
        vllmArgs: ['serve', text],
        memory: { instanceType: text, totalGiB: 44.5 },
        costCurves: { ...CURVES, models: [{ model, usdPerMillionTokens: 5 }] },
      },
    },
    breakEven: [{ model, fleet, purchase: 'spot', tokensPerDay: 5e7, stressedTokensPerDay: null }],
    idle: { usdPerMonth: 1, items: [{ name: text, usdPerMonth: 1 }] },
    assumptions: [{ name: text, value: text, source: text }],
    warnings: [text],
  };
}
