/** Why each instance type that is not among a fleet's pools is not, in one sentence. */
import { type CatalogInstance, instances } from '../../config/catalog';
import type { FleetAsked } from '../../config/lock';
import type { Split, SplitProblem } from '../sizing/parallel';
import {
  BOARDS,
  type Board,
  type Candidate,
  type LayoutProblem,
  isLayout,
  layoutOn,
  splitsOf,
  unfitness,
} from './candidates';
import type { Chosen } from './choose';
import type { ModelFacts } from './model-facts';
import { DEAREST_FACTOR, MOST_POOLS, POOLS_WANTED, type PoolSet } from './select';
import { type Variant, variantsOf } from './variants';

export interface Rejection {
  readonly instanceType: string;
  readonly reason: string;
}

/** Of all types in the catalogue but the pools. */
export function rejections({ facts, asked, sets, set, pools }: Chosen): readonly Rejection[] {
  const taken = new Set(pools.map(({ instance }) => instance.instanceType));
  const inSet = new Map(set.candidates.map((one, rank) => [one.instance.instanceType, { one, rank }]));
  const elsewhere = new Map<string, Candidate>();
  for (const { candidates } of sets) {
    for (const one of candidates) {
      if (!elsewhere.has(one.instance.instanceType)) elsewhere.set(one.instance.instanceType, one);
    }
  }
  const failures = new Map<Board, string>();
  const reasonOf = (instance: CatalogInstance, board: Board | undefined): string => {
    const { instanceType } = instance;
    if (board === undefined) return unfitness(instance) ?? 'it is no host';
    if (asked.instances !== 'auto' && !asked.instances.includes(instanceType)) return 'the config lists other types';
    const same = inSet.get(instanceType);
    if (same !== undefined) return tooDear(same.one, same.rank, pools);
    const other = elsewhere.get(instanceType);
    if (other !== undefined) return notInterchangeable(other, set);
    const known = failures.get(board) ?? nearestFailure(instance, facts, asked);
    failures.set(board, known);
    return known;
  };
  const boardOf = new Map(BOARDS.flatMap((board) => board.types.map((type) => [type, board] as const)));
  return instances
    .filter(({ instanceType }) => !taken.has(instanceType))
    .map((instance) => ({ instanceType: instance.instanceType, reason: reasonOf(instance, boardOf.get(instance)) }));
}

function tooDear({ usdPerUsefulHour }: Candidate, rank: number, [cheapest]: readonly Candidate[]): string {
  if (usdPerUsefulHour === null) return 'its price in this region is not known, and there are pools whose price is';
  const factor = usdPerUsefulHour / (cheapest?.usdPerUsefulHour ?? NaN);
  return rank >= MOST_POOLS && factor <= DEAREST_FACTOR
    ? `${MOST_POOLS} cheaper pools are enough`
    : `it fits, at ${factor.toFixed(1)} × the cost of the cheapest pool`;
}

function notInterchangeable(other: Candidate, chosen: PoolSet): string {
  const way = ({ layout: { variant, split } }: Candidate): string =>
    `${variant.format.name}${variant.kvFormat === 'fp8' ? ' with a cache in fp8' : ''} on ${cut(split)}`;
  const wanted = chosen.candidates[0] as Candidate;
  return `it fits as ${way(other)}; pools must be interchangeable, and ${way(wanted)} is cheaper over its ${POOLS_WANTED} best`;
}

const cut = ({ tensorParallel, pipelineParallel }: Split): string => {
  const gpus = tensorParallel * pipelineParallel;
  return `${gpus} GPU${gpus === 1 ? '' : 's'}${pipelineParallel > 1 ? ` (tensor parallel ${tensorParallel} × pipeline ${pipelineParallel})` : ''}`;
};

/** The one that got furthest: a cache that is too small says more than a GPU that cannot compute. */
function nearestFailure(instance: CatalogInstance, facts: ModelFacts, asked: FleetAsked): string {
  const failures: Failure[] = [];
  for (const variant of variantsOf(facts, asked)) {
    for (const split of splitsOf(instance.gpuCount)) {
      const problem = layoutOn(instance, facts, asked, variant, split);
      if (!isLayout(problem)) failures.push({ variant, split, problem });
    }
  }
  const [nearest] = failures.sort((a, b) => RANK[b.problem.kind] - RANK[a.problem.kind] || room(b) - room(a));
  if (nearest === undefined) throw new Error(`${instance.instanceType} holds ${facts.id}, and is in no set`);
  return reasonFor(instance, nearest, asked);
}

interface Failure {
  readonly variant: Variant;
  readonly split: Split;
  readonly problem: LayoutProblem;
}

const RANK: Readonly<Record<LayoutProblem['kind'], number>> = {
  'speed-unknown': 5,
  cache: 4,
  weights: 3,
  split: 2,
  'cache-format': 1,
  format: 0,
};

const room = ({ problem }: Failure): number => ('memory' in problem ? problem.memory.kvGiBPerGpu : 0);

function reasonFor(
  { gpu, gpuCount, gpuComputeCapability }: CatalogInstance,
  { variant, split, problem }: Failure,
  { concurrency, context }: FleetAsked,
): string {
  const format = variant.format.name;
  switch (problem.kind) {
    case 'format':
      return `${gpu} has compute capability ${gpuComputeCapability.toFixed(1)}; ${format} needs ${problem.needsComputeCapability.toFixed(1)}`;
    case 'cache-format':
      return `${gpu} has compute capability ${gpuComputeCapability.toFixed(1)}; a cache in fp8 needs ${problem.needsComputeCapability.toFixed(1)}`;
    case 'split':
      return `${gpuCount} GPUs: ${SPLIT_WORDS[problem.problem]} cannot be divided by ${split.tensorParallel}`;
    case 'weights': {
      const { weightGiBPerGpu, usableGiBPerGpu, overheadGiBPerGpu } = problem.memory;
      return `weights in ${format} take ${gib(weightGiBPerGpu)} of each GPU, and ${gib(usableGiBPerGpu - overheadGiBPerGpu)} are free`;
    }
    case 'cache': {
      const { sequencesAtFullContext } = problem.memory;
      return `besides weights in ${format} its cache holds ${Math.floor(sequencesAtFullContext)} of ${concurrency} sequences of ${context} tokens`;
    }
    case 'speed-unknown':
      return `how fast ${gpu} computes is not known`;
  }
}

const SPLIT_WORDS: Readonly<Record<SplitProblem, string>> = {
  'attention-heads': 'the attention heads',
  'kv-heads': 'the heads of keys and values',
  'linear-attention-heads': 'the heads of linear attention',
  'feed-forward-width': 'the width of the feed-forward layers',
  'quantization-group': 'the groups of quantized weights',
  layers: 'the layers',
};

const gib = (value: number): string => `${value.toFixed(1)} GiB`;
