/** What the planner says of one fleet. */
import type { Config } from '../../config/schema';
import { vllmArguments } from '../capacity/vllm-command';
import { weightsPrefix } from '../capacity/weights-layout';
import type { Assumptions } from '../economics/assumptions';
import { type Candidate, memoryOf, usdPerMillion, loadSeconds } from './candidates';
import type { Chosen } from './choose';
import type { FleetReport, PoolReport } from './plan-report';
import { rejections } from './rejections';
import { POOLS_WANTED, smallestOf } from './select';

type Fleet = Config['fleets'][string];

/** Stands for the bucket's name, which is known when it is deployed. */
const BUCKET = 'MODEL-STORE';

export function fleetReport(name: string, fleet: Fleet, chosen: Chosen, assumed: Assumptions): FleetReport {
  const { choice, facts, asked, pools } = chosen;
  const smallest = smallestOf(pools);
  const { memory } = smallest.layout;
  const { instance } = smallest;
  return {
    model: facts.id,
    checkpoint: choice.checkpoint,
    quantization: choice.quantization,
    tensorParallel: choice.tensorParallel,
    pipelineParallel: choice.pipelineParallel,
    weightGiB: memory.weightGiB,
    kvBytesPerToken: memory.kvBytesPerToken,
    kvCacheTokens: finite(memory.kvCacheTokens),
    maxConcurrency: finite(Math.floor(memory.sequencesAtFullContext)),
    verdict: verdictOf(chosen, assumed),
    pools: pools.map((pool) => poolReport(pool, usdPerMillion(pool, asked, assumed))),
    rejected: rejections(chosen),
    vllmArgs: engineCommand(name, fleet, chosen),
    asked: { context: asked.context, concurrency: asked.concurrency },
    memory: {
      instanceType: instance.instanceType,
      totalGiB: (instance.gpuCount * memoryOf(instance).gpuMemoryMiBEach) / 1024,
    },
  };
}

/** An encoder keeps no cache, so nothing bounds it: JSON has no word for that but the largest number. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.MAX_SAFE_INTEGER);

function poolReport({ instance, layout }: Candidate, usdPerMillionTokens: number | null): PoolReport {
  const { instanceType, gpu, gpuCount, onDemandUsdPerHour, spotUsdPerHour } = instance;
  const { outputTokensPerSecond, timePerOutputTokenMs, timeToFirstTokenMs } = layout.speed;
  const unknown = [
    ...(onDemandUsdPerHour === null ? ['no price on demand in the catalogue'] : []),
    ...(spotUsdPerHour === null ? ['no spot price in the catalogue: counted at the price on demand'] : []),
    ...(timePerOutputTokenMs === null ? ['it writes no tokens'] : []),
  ].join('; ');
  return {
    instanceType,
    gpu,
    gpuCount,
    kvCacheTokens: finite(layout.memory.kvCacheTokens),
    onDemandUsdPerHour,
    spotUsdPerHour,
    usdPerMillionTokens,
    tokensPerSecond: timePerOutputTokenMs === null ? null : outputTokensPerSecond,
    timePerOutputTokenMs,
    timeToFirstTokenMs,
    loadSeconds: loadSeconds(instance, layout),
    ...(unknown !== '' && { unknown }),
  };
}

function verdictOf({ choice, pools, asked }: Chosen, assumed: Assumptions): string {
  const [first] = pools;
  if (first === undefined) throw new Error('a choice has at least one pool');
  const gpus = choice.tensorParallel * choice.pipelineParallel;
  const others = pools.length === 1 ? 'no' : String(pools.length - 1);
  const cost =
    first.usdPerHour === null
      ? 'at a price that is not known'
      : `at ${usd(first.usdPerHour)} an hour, ${usd(usdPerMillion(first, asked, assumed) ?? NaN)} per million tokens when it is ${busy(assumed)} busy`;
  const few = pools.length < POOLS_WANTED ? '; fewer than three pools, so that spot capacity may lack for a while' : '';
  return `${choice.quantization} weights on ${gpus} GPU${gpus === 1 ? '' : 's'}: ${first.instance.instanceType} and ${others} interchangeable type${pools.length === 2 ? '' : 's'}, the cheapest way to hold ${asked.concurrency} sequences of ${asked.context.toLocaleString('en-US')} tokens, ${cost}${few}`;
}

const busy = ({ maxUtilization }: Assumptions): string =>
  maxUtilization === 0.5 ? 'half' : `${Math.round(maxUtilization * 100)} %`;

const usd = (amount: number): string => `$${amount < 0.1 ? amount.toPrecision(2) : amount.toFixed(2)}`;

function engineCommand(name: string, fleet: Fleet, { choice, facts, pools }: Chosen): readonly string[] {
  const host = {
    deployment: '',
    fleet: name,
    region: '',
    fleetTable: '',
    modelBucket: BUCKET,
    modelPrefix: weightsPrefix(choice.checkpoint, choice.revision ?? undefined),
    logBucket: '',
    compileCache: '',
    drainSeconds: 0,
    image: { registry: '', repository: '', reference: '' },
    model: facts.id,
    servedName: facts.id,
    kind: fleet.kind,
    context: fleet.context,
    concurrency: fleet.concurrency,
    tensorParallel: choice.tensorParallel,
    vllmArguments: choice.engineArguments,
    adapters: fleet.adapters,
  };
  // Each host takes as much for loading as it has: here, what the one with the least does.
  return vllmArguments(host, Math.min(...pools.map(({ instance }) => instance.ramGiB)) * GIB);
}

const GIB = 1024 ** 3;
