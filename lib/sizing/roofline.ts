/**
 * How fast a replica is, from what its GPUs can do at most: decode reads the weights and the cache for each token, prefill
 * computes. Estimates to rank and to plan with, before anybody measured; `ROOFLINE_ERROR` says how far off they may be.
 */
import type { CatalogGpu } from '../../config/catalog';
import { bytesPerParameter, type WeightFormat } from './formats';
import { kvCost, type KvFormat } from './kv-cache';
import { allReduceMs, stageHandOverMs } from './links';
import type { SizedModel } from './model';
import type { Split } from './parallel';

/**
 * Share by which a measurement may differ. Decode: 7 % at one sequence, up to 25 % at 16, where it could be compared (Llama-8B
 * on H100 and A100). Prefill and throughput hang on prompt lengths and scheduling: third-party figures for one model and GPU
 * differ by more than this among themselves. Not held where many GPUs have little to do: DeepSeek-V3.2 on 8 B300 writes a
 * token in 8 ms alone (vLLM blog 2026-05-11) and 2.2 ms are estimated, since small kernels wait for one another.
 */
export const ROOFLINE_ERROR = { decode: 0.25, prefill: 0.5, throughput: 0.5 } as const;

/** A GPU's speed; a row of the catalogue's instances is one. */
export interface GpuSpeed {
  readonly gpuFacts: CatalogGpu;
  readonly gpuFraction: number;
  readonly interconnect: 'single' | 'pcie' | 'nvlink';
}

export interface SpeedOptions {
  readonly model: SizedModel;
  readonly format: WeightFormat;
  readonly split: Split;
  readonly gpu: GpuSpeed;
  readonly kvFormat?: KvFormat;
}

/** What the engine does for each sequence in a step besides the GPU's work; fits the H100 rows at 4 and 16 sequences. */
const HOST_MS_PER_SEQUENCE = 0.1;

/** Time per output token with `batch` sequences of so many tokens running: one step of the engine, in milliseconds. */
export function decodeMs(options: SpeedOptions, batch: number, contextTokens: number): number {
  const { model, format, split, gpu } = options;
  const { tensorParallel, pipelineParallel } = split;
  // Stages work on their own part of the batch at the same time, each reading its own layers.
  const running = batch / pipelineParallel;
  const bytes =
    stepWeightBytes(model, format, running) / tensorParallel + running * contextBytes(options, contextTokens);
  const memoryMs =
    bytes / (gpu.gpuFacts.memoryBandwidthGBps * gpu.gpuFraction * gpu.gpuFacts.bandwidthEfficiency * 1e6);
  const computeMs = (tensorFlops(model) * running) / flopsPerMs(options);
  const { layers, hiddenSize } = model.architecture;
  return (
    Math.max(memoryMs, computeMs) +
    allReduceMs(gpu, layers, hiddenSize, running, tensorParallel) +
    stageHandOverMs(gpu, hiddenSize, running, pipelineParallel) +
    HOST_MS_PER_SEQUENCE * batch
  );
}

/** Time to first token of a prompt on an idle replica, in milliseconds. `null`: the GPU's throughput is not known. */
export function prefillMs(options: SpeedOptions, promptTokens: number): number | null {
  const { model, format, split, gpu } = options;
  if (gpu.gpuFacts.denseBf16Tflops === null) return null;
  const { layers, attentionLayers = layers, attentionHeads, headDim, hiddenSize } = model.architecture;
  // Causal attention looks at half of the square; two products, two operations each.
  const attention = 2 * attentionLayers * attentionHeads * headDim * promptTokens * promptTokens;
  const computeMs = (tensorFlops(model) * promptTokens + attention) / flopsPerMs(options);
  const memoryMs =
    stepWeightBytes(model, format, promptTokens) /
    split.tensorParallel /
    (gpu.gpuFacts.memoryBandwidthGBps * gpu.gpuFraction * gpu.gpuFacts.bandwidthEfficiency * 1e6);
  return (
    Math.max(computeMs, memoryMs) +
    allReduceMs(gpu, layers, hiddenSize, promptTokens, split.tensorParallel) +
    stageHandOverMs(gpu, hiddenSize, promptTokens, split.pipelineParallel)
  );
}

export interface Throughput {
  readonly inputTokensPerSecond: number;
  readonly outputTokensPerSecond: number;
}

/**
 * Of a busy replica: `batch` sequences run at all times, each reads its prompt and writes its answer. `outputTokens` 0 for
 * embeddings. `null`: the GPU's throughput is not known.
 */
export function throughput(
  options: SpeedOptions,
  load: { readonly batch: number; readonly promptTokens: number; readonly outputTokens: number },
): Throughput | null {
  const { batch, promptTokens, outputTokens } = load;
  const latencyMs = prefillMs(options, promptTokens);
  if (latencyMs === null) return null;
  // Stages take prompts one after the other without a gap.
  const promptMs = latencyMs / options.split.pipelineParallel;
  const answerMs =
    outputTokens === 0 ? 0 : (outputTokens * decodeMs(options, batch, promptTokens + outputTokens / 2)) / batch;
  const requestsPerSecond = 1000 / (promptMs + answerMs);
  return {
    inputTokensPerSecond: requestsPerSecond * promptTokens,
    outputTokensPerSecond: requestsPerSecond * outputTokens,
  };
}

/** Bytes of weights that one step with so many tokens reads: each expert that any of them is sent to. */
function stepWeightBytes({ parameters, architecture }: SizedModel, format: WeightFormat, tokens: number): number {
  const { total, active, tokenTable, outputHead, linear, experts, other } = parameters;
  const small = bytesPerParameter(format);
  if (experts === 0) {
    // Where the parts are not known, a mixture of experts shows in what is active.
    const touched = Math.min(1, (active / total) * Math.max(1, tokens));
    const skipped = other + (outputHead === 0 ? 0 : tokenTable);
    return touched * ((format.scope === 'linear' ? linear * (small - 2) : 0) + (total - skipped) * 2);
  }
  const { experts: count, expertsPerToken } = architecture.moe ?? { experts: 1, expertsPerToken: 1 };
  const touched = 1 - (1 - expertsPerToken / count) ** Math.max(1, tokens);
  const dense = linear - experts;
  const rest = total - linear - other - (outputHead === 0 ? 0 : tokenTable);
  return experts * touched * small + dense * (format.scope === 'linear' ? small : 2) + rest * 2;
}

/** Bytes of cache that a step reads for one sequence, on one GPU. */
function contextBytes({ model, split, kvFormat = 'auto' }: SpeedOptions, contextTokens: number): number {
  const { architecture } = model;
  const { tensorParallel } = split;
  const cost = kvCost(architecture, { tensorParallel, pipelineParallel: 1, format: kvFormat, maxBatchedTokens: 0 });
  const inWindow = Math.min(contextTokens, cost.windowTokens);
  // A state is read and written.
  return cost.bytesPerToken * contextTokens + cost.windowBytesPerToken * inWindow + 2 * cost.bytesPerSequence;
}

/** Operations of one token in the matrices it passes. The token table is looked up, unless it is the output head too. */
function tensorFlops({ parameters, architecture }: SizedModel): number {
  const { active, outputHead, tokenTable, other } = parameters;
  const tableIsHead = outputHead === 0 && architecture.encoder !== true;
  return 2 * (active - other - (tableIsHead ? 0 : tokenTable));
}

/** Of the replica's GPUs that work on one token at the same time. `Infinity`: not known, so that it sets no limit. */
function flopsPerMs({ format, split, gpu }: SpeedOptions): number {
  const { denseBf16Tflops, denseFp8Tflops, denseFp4Tflops, prefillMfu } = gpu.gpuFacts;
  // int4 and mxfp4 are widened before they are multiplied.
  const own = format.name === 'fp8' ? denseFp8Tflops : format.name === 'nvfp4' ? denseFp4Tflops : null;
  const tflops = own ?? denseBf16Tflops;
  return tflops === null ? Infinity : tflops * 1e9 * prefillMfu * gpu.gpuFraction * split.tensorParallel;
}
