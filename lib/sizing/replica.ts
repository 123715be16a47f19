/** Memory of one replica on given GPUs: what weights leave for the KV cache, and how many sequences that holds. */
import { adapterBytesPerGpu, type Adapters, NO_ADAPTERS } from './adapters';
import type { WeightFormat } from './formats';
import { cacheTokens, type KvCost, kvCost, type KvFormat, sequencesThatFit } from './kv-cache';
import type { SizedModel } from './model';
import { defaultBatchedTokens, overheadBytesPerGpu } from './overhead';
import { type Split, splitProblem, type SplitProblem } from './parallel';
import { weightBytes, weightBytesPerGpu } from './weights';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** A GPU's memory; a row of the catalogue's instances is one. */
export interface GpuMemory {
  /** As the driver reports it. */
  readonly gpuMemoryMiBEach: number;
  readonly gpuComputeCapability: number;
}

/** vLLM's own default is 0.92 of late; the rest is for what others allocate. */
export const DEFAULT_GPU_MEMORY_UTILIZATION = 0.9;
/** `--max-num-seqs` where nothing is said. */
export const DEFAULT_MAX_SEQUENCES = 256;

export interface ReplicaOptions {
  readonly model: SizedModel;
  readonly format: WeightFormat;
  readonly split: Split;
  readonly gpu: GpuMemory;
  /** `--max-model-len`. */
  readonly contextTokens: number;
  readonly kvFormat?: KvFormat;
  /** `--max-num-seqs`. */
  readonly maxSequences?: number;
  readonly maxBatchedTokens?: number;
  /** `--gpu-memory-utilization`. */
  readonly gpuMemoryUtilization?: number;
  readonly adapters?: Adapters;
}

export interface ReplicaMemory {
  /** What the engine loads in all. */
  readonly weightGiB: number;
  readonly weightGiBPerGpu: number;
  readonly adapterGiBPerGpu: number;
  readonly overheadGiBPerGpu: number;
  /** The share of the GPU that the engine takes. */
  readonly usableGiBPerGpu: number;
  /** What is left for the KV cache; negative: so much is missing. */
  readonly kvGiBPerGpu: number;
  /** Of one token of a long context, over all GPUs, copies counted. */
  readonly kvBytesPerToken: number;
  /** Of the replica. `Infinity` for an encoder, which keeps none. */
  readonly kvCacheTokens: number;
  /** Sequences of `contextTokens` at once, with a fraction. */
  readonly sequencesAtFullContext: number;
  readonly maxBatchedTokens: number;
  readonly splitProblem: SplitProblem | null;
  readonly kv: KvCost;
}

export function replicaMemory(options: ReplicaOptions): ReplicaMemory {
  const { model, format, split, gpu, contextTokens, kvFormat = 'auto', adapters = NO_ADAPTERS } = options;
  const { maxSequences = DEFAULT_MAX_SEQUENCES, gpuMemoryUtilization = DEFAULT_GPU_MEMORY_UTILIZATION } = options;
  const maxBatchedTokens =
    options.maxBatchedTokens ?? defaultBatchedTokens(gpu.gpuMemoryMiBEach, gpu.gpuComputeCapability);
  const { architecture } = model;
  const { tensorParallel, pipelineParallel } = split;
  const gpus = tensorParallel * pipelineParallel;
  const usable = gpu.gpuMemoryMiBEach * MIB * gpuMemoryUtilization;
  const weights = weightBytesPerGpu(model, format, split);
  const lora = adapterBytesPerGpu(architecture, adapters, split);
  const overhead = overheadBytesPerGpu(architecture, { maxSequences, maxBatchedTokens, gpus, tensorParallel });
  const left = usable - weights - lora - overhead;
  const kv = kvCost(architecture, { tensorParallel, pipelineParallel, format: kvFormat, maxBatchedTokens });
  // Counted without cutting the layers into stages, of which the fullest may have one more than the others.
  const whole =
    pipelineParallel === 1
      ? kv
      : kvCost(architecture, { tensorParallel, pipelineParallel: 1, format: kvFormat, maxBatchedTokens });
  return {
    weightGiB: weightBytes(model, format) / GIB,
    weightGiBPerGpu: weights / GIB,
    adapterGiBPerGpu: lora / GIB,
    overheadGiBPerGpu: overhead / GIB,
    usableGiBPerGpu: usable / GIB,
    kvGiBPerGpu: left / GIB,
    kvBytesPerToken: whole.bytesPerToken * tensorParallel,
    kvCacheTokens: left < 0 ? 0 : cacheTokens(kv, left, contextTokens),
    sequencesAtFullContext: left < 0 ? 0 : sequencesThatFit(kv, left, contextTokens),
    maxBatchedTokens,
    splitProblem: splitProblem(architecture, format, split),
    kv,
  };
}

/** Sequences of another length that fit at once; 0 when not even the weights do. */
export function maxConcurrency({ kv, kvGiBPerGpu }: ReplicaMemory, contextTokens: number): number {
  return kvGiBPerGpu < 0 ? 0 : sequencesThatFit(kv, kvGiBPerGpu * GIB, contextTokens);
}
