/** Every way to hold a model on one instance type: number format × cut over the GPUs, with memory, speed and cost. */
import { groupBy } from '../group-by';
import { type CatalogInstance, instances } from '../../config/catalog';
import type { FleetAsked } from '../../config/lock';
import type { Assumptions } from '../economics/assumptions';
import { tokensPerSecond } from '../economics/fleet-economics';
import { usdPerMillionTokens } from '../economics/self-hosted-cost';
import type { TrafficMix } from '../economics/traffic-mix';
import { NO_ADAPTERS } from '../sizing/adapters';
import { FP8_KV_CAPABILITY, formatFit } from '../sizing/formats';
import { type Split, type SplitProblem, splitProblem } from '../sizing/parallel';
import { type GpuMemory, type ReplicaMemory, replicaMemory } from '../sizing/replica';
import { decodeMs, prefillMs } from '../sizing/roofline';
import type { ModelFacts } from './model-facts';
import type { Variant } from './variants';

/** One way to run on one kind of GPU board, the same for all instance types that have it. */
export interface Layout {
  readonly variant: Variant;
  readonly split: Split;
  /** Value of `--dtype`. */
  readonly dtype: 'auto' | 'half';
  readonly memory: ReplicaMemory;
  readonly speed: Speed;
}

/** Of one replica with all its sequences running; estimates, see `ROOFLINE_ERROR`. */
export interface Speed {
  readonly inputTokensPerSecond: number;
  /** 0 for embeddings. */
  readonly outputTokensPerSecond: number;
  readonly timePerOutputTokenMs: number | null;
  readonly timeToFirstTokenMs: number;
}

export interface Candidate {
  readonly layout: Layout;
  readonly instance: CatalogInstance;
  /** At the fleet's purchase; `null`: the catalogue has no price. */
  readonly usdPerHour: number | null;
  /** What is ranked by: `usdPerHour`, as many times as the engine is slower than is of use. */
  readonly usdPerUsefulHour: number | null;
}

/**
 * Time per output token from which on faster is of no use to who reads: 20 tokens a second. Every candidate holds the asked
 * sequences, so that what an hour costs is what one of them costs, unless it is slower than this.
 */
const USEFUL_MS = 50;
/** Time in which as many typical texts as there are sequences are embedded. */
const USEFUL_EMBEDDINGS_MS = 1_000;

/** Why a layout does not do. */
export type LayoutProblem =
  | { readonly kind: 'format'; readonly needsComputeCapability: number }
  | { readonly kind: 'cache-format'; readonly needsComputeCapability: number }
  | { readonly kind: 'split'; readonly problem: SplitProblem }
  | { readonly kind: 'weights'; readonly memory: ReplicaMemory }
  | { readonly kind: 'cache'; readonly memory: ReplicaMemory }
  | { readonly kind: 'speed-unknown' };

/** A typical request, to compare speeds by: three quarters are read, as `economics.inputShare` has it by default. */
const TYPICAL = { promptTokens: 768, outputTokens: 256 };

/** Cuts over so many GPUs: all of them are used by the one engine of the instance. */
export function splitsOf(gpuCount: number): readonly Split[] {
  const splits: Split[] = [];
  for (let pipelineParallel = 1; pipelineParallel <= gpuCount; pipelineParallel *= 2) {
    splits.push({ tensorParallel: gpuCount / pipelineParallel, pipelineParallel });
  }
  return splits;
}

export function layoutOn(
  gpu: CatalogInstance,
  facts: ModelFacts,
  asked: FleetAsked,
  variant: Variant,
  split: Split,
): Layout | LayoutProblem {
  const fit = formatFit(variant.format, gpu.gpuComputeCapability);
  if (!fit.runs) return { kind: 'format', needsComputeCapability: fit.needsComputeCapability };
  if (variant.kvFormat === 'fp8' && gpu.gpuComputeCapability < FP8_KV_CAPABILITY) {
    return { kind: 'cache-format', needsComputeCapability: FP8_KV_CAPABILITY };
  }
  const uncut = splitProblem(facts.sized.architecture, variant.format, split);
  if (uncut !== null) return { kind: 'split', problem: uncut };
  const memory = replicaMemory({
    model: facts.sized,
    format: variant.format,
    split,
    gpu: memoryOf(gpu),
    contextTokens: asked.context,
    kvFormat: variant.kvFormat,
    maxSequences: asked.concurrency,
    adapters: { ...NO_ADAPTERS, count: asked.adapters },
  });
  if (memory.kvGiBPerGpu < 0) return { kind: 'weights', memory };
  if (memory.sequencesAtFullContext < asked.concurrency) return { kind: 'cache', memory };
  const speed = speedOf(gpu, facts, asked, variant, split);
  return speed === null ? { kind: 'speed-unknown' } : { variant, split, dtype: fit.dtype, memory, speed };
}

/** As an engine on the host sees it. */
export const memoryOf = ({ gpuFacts, gpuMemoryMiBEach, gpuComputeCapability }: CatalogInstance): GpuMemory => ({
  gpuMemoryMiBEach: gpuFacts.driverMemoryMiB ?? gpuMemoryMiBEach,
  gpuComputeCapability,
});

export const isLayout = (layout: Layout | LayoutProblem): layout is Layout => !('kind' in layout);

function speedOf(
  gpu: CatalogInstance,
  { sized: model }: ModelFacts,
  { kind, context, concurrency }: FleetAsked,
  { format, kvFormat }: Variant,
  split: Split,
): Speed | null {
  const options = { model, format, split, gpu, kvFormat };
  const promptTokens = Math.min(TYPICAL.promptTokens, Math.max(1, Math.floor(context * 0.75)));
  const timeToFirstTokenMs = prefillMs(options, promptTokens);
  if (timeToFirstTokenMs === null) return null;
  const inputTokensPerSecond = (1000 * promptTokens * split.pipelineParallel) / timeToFirstTokenMs;
  if (kind === 'embed') {
    return { inputTokensPerSecond, outputTokensPerSecond: 0, timePerOutputTokenMs: null, timeToFirstTokenMs };
  }
  const running = promptTokens + TYPICAL.outputTokens / 2;
  const timePerOutputTokenMs = decodeMs(options, concurrency, running);
  const outputTokensPerSecond = (1000 * concurrency) / timePerOutputTokenMs;
  return { inputTokensPerSecond, outputTokensPerSecond, timePerOutputTokenMs, timeToFirstTokenMs };
}

/** Seconds in which an instance reads the weights from S3 at the bandwidth that it always has. */
export const loadSeconds = ({ networkGbpsBaseline }: CatalogInstance, { memory }: Layout): number =>
  (memory.weightGiB * GIB * 8) / (networkGbpsBaseline * 1e9);

const GIB = 1024 ** 3;

export const candidatesOn = ({ types }: Board, layout: Layout, asked: FleetAsked): Candidate[] =>
  types.map((instance) => {
    const usdPerHour = (asked.spot ? instance.spotUsdPerHour : null) ?? instance.onDemandUsdPerHour;
    if (usdPerHour === null) return { layout, instance, usdPerHour, usdPerUsefulHour: null };
    return { layout, instance, usdPerHour, usdPerUsefulHour: usdPerHour * slowness(layout.speed, asked) };
  });

/** How many times slower than is of use; 1 for what is fast enough. */
function slowness({ timePerOutputTokenMs, timeToFirstTokenMs }: Speed, { concurrency }: FleetAsked): number {
  return timePerOutputTokenMs === null
    ? Math.max(1, (concurrency * timeToFirstTokenMs) / USEFUL_EMBEDDINGS_MS)
    : Math.max(1, timePerOutputTokenMs / USEFUL_MS);
}

/** Of all tokens, read and written, with all asked sequences running; `null`: the host's price is not known. */
export function usdPerMillion(
  { layout, usdPerHour }: Pick<Candidate, 'layout' | 'usdPerHour'>,
  asked: FleetAsked,
  assumed: Assumptions,
): number | null {
  if (usdPerHour === null) return null;
  return usdPerMillionTokens(tokensOf(layout.speed, asked, assumed), usdPerHour, assumed.maxUtilization);
}

/** A second, when it is busy. */
function tokensOf(
  { inputTokensPerSecond, outputTokensPerSecond }: Speed,
  { kind }: FleetAsked,
  mix: TrafficMix,
): number {
  if (kind === 'embed') return inputTokensPerSecond;
  return tokensPerSecond(
    { inputTokensPerSecond, outputTokensPerSecond, usdPerHour: NO_PRICES, minReplicas: 0, spareReplicas: 0 },
    mix,
  );
}

const NO_PRICES = { spot: null, 'on-demand': null, reserved: null };

/** One instance type of each kind of board: layouts are the same on all that have it. */
export interface Board {
  readonly sample: CatalogInstance;
  readonly types: readonly CatalogInstance[];
}

const boardKey = ({ gpu, gpuCount, gpuFraction, gpuMemoryMiBEach, interconnect }: CatalogInstance): string =>
  `${gpu}|${gpuCount}|${gpuFraction}|${gpuMemoryMiBEach}|${interconnect}`;

export const boardsOf = (types: readonly CatalogInstance[]): readonly Board[] =>
  [...groupBy(types, boardKey).values()].flatMap((group) => {
    const [sample] = group;
    return sample === undefined ? [] : [{ sample, types: group }];
  });

/** Host memory that the operating system, the engine's process and the streamer's buffer of 4 GiB take. */
export const LEAST_RAM_GIB = 12;

/** Why an instance type is not for any fleet; `null`: it may be. */
export function unfitness({ unfit, ramGiB }: CatalogInstance): string | null {
  if (unfit !== null) return unfit;
  if (ramGiB < LEAST_RAM_GIB) return `it has ${ramGiB} GiB of host memory; loading weights takes ${LEAST_RAM_GIB}`;
  return null;
}

export const BOARDS = boardsOf(instances.filter((instance) => unfitness(instance) === null));
