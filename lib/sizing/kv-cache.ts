/**
 * Memory of keys and values. vLLM `v1/kv_cache_interface.py`: full attention grows with the context, windows and linear
 * layers stop growing; blocks of 16 tokens. Everything is for one GPU of a replica unless it says otherwise.
 */
import type { Architecture, LinearAttention } from '../../config/catalog/architecture';
import type { Split } from './parallel';

/** `auto`: as wide as the activations, 16 bits. Value of `--kv-cache-dtype`. */
export type KvFormat = 'auto' | 'fp8';

export const BLOCK_TOKENS = 16;

/** Bytes that a sequence takes on one GPU: so many a token, and so many however long it is. */
export interface KvCost {
  /** Of layers that see the whole context. */
  readonly bytesPerToken: number;
  /** Of windowed layers, while the sequence is no longer than `windowTokens`. */
  readonly windowBytesPerToken: number;
  /** The window and one batch that is on its way in. */
  readonly windowTokens: number;
  /** State of linear layers. */
  readonly bytesPerSequence: number;
}

export interface KvOptions extends Split {
  readonly format: KvFormat;
  /** `--max-num-batched-tokens`. */
  readonly maxBatchedTokens: number;
}

export function kvCost(architecture: Architecture, options: KvOptions): KvCost {
  const { layers, attentionLayers = layers, kvHeads, headDim, slidingWindow, fullAttention, linear } = architecture;
  const { tensorParallel, pipelineParallel, maxBatchedTokens } = options;
  if (architecture.encoder === true) return NO_CACHE;
  const bytes = options.format === 'fp8' ? 1 : 2;
  const windowed = slidingWindow?.layers ?? 0;
  const full = fullAttention ?? architecture;
  const perLayer = (heads: number, dim: number): number => {
    // One latent vector of all heads, so every GPU keeps a copy; else heads are dealt out, or copied when GPUs are more.
    if (architecture.mla !== undefined) return (architecture.mla.kvLoraRank + architecture.mla.ropeHeadDim) * bytes;
    return 2 * Math.max(1, Math.floor(heads / tensorParallel)) * dim * bytes;
  };
  return {
    bytesPerToken: onStage(attentionLayers - windowed, pipelineParallel) * perLayer(full.kvHeads, full.headDim),
    windowBytesPerToken: onStage(windowed, pipelineParallel) * perLayer(kvHeads, headDim),
    windowTokens: slidingWindow === undefined ? 0 : slidingWindow.tokens + maxBatchedTokens,
    bytesPerSequence:
      linear === undefined ? 0 : onStage(linear.layers, pipelineParallel) * stateBytes(linear, tensorParallel),
  };
}

const NO_CACHE: KvCost = { bytesPerToken: 0, windowBytesPerToken: 0, windowTokens: 0, bytesPerSequence: 0 };

/** Layers on the fullest pipeline stage. */
const onStage = (layers: number, stages: number): number => Math.ceil(layers / stages);

/**
 * State of one layer: the recurrent part in 32 bits (`mamba_ssm_dtype`), the convolution's window in 16.
 * vLLM `layers/mamba/mamba_utils.py`.
 */
function stateBytes(linear: LinearAttention, tensorParallel: number): number {
  if (linear.kind === 'gated-delta') {
    const { keyHeads, keyHeadDim, valueHeads, valueHeadDim, convKernel } = linear;
    const convolved = 2 * keyHeads * keyHeadDim + valueHeads * valueHeadDim;
    return (valueHeads * keyHeadDim * valueHeadDim * 4 + convolved * (convKernel - 1) * 2) / tensorParallel;
  }
  const { heads, headDim, stateSize, groups, convKernel } = linear;
  const convolved = heads * headDim + 2 * groups * stateSize;
  return (heads * headDim * stateSize * 4 + convolved * (convKernel - 1) * 2) / tensorParallel;
}

/** Bytes of one sequence of so many tokens, in whole blocks. */
export function sequenceBytes(cost: KvCost, tokens: number): number {
  const inWindow = Math.min(tokens, cost.windowTokens);
  return (
    wholeBlocks(tokens) * cost.bytesPerToken + wholeBlocks(inWindow) * cost.windowBytesPerToken + cost.bytesPerSequence
  );
}

const wholeBlocks = (tokens: number): number => Math.ceil(tokens / BLOCK_TOKENS) * BLOCK_TOKENS;

/** How many sequences of so many tokens fit at once; a fraction as in the engine's log, "4.68x". */
export function sequencesThatFit(cost: KvCost, availableBytes: number, tokens: number): number {
  const bytes = sequenceBytes(cost, tokens);
  return bytes === 0 ? Infinity : Math.max(0, availableBytes) / bytes;
}

/**
 * Tokens of cache, as the engine's log counts them: whole blocks where all layers grow; else the sequences that fit × their
 * length, so that it depends on the context.
 */
export function cacheTokens(cost: KvCost, availableBytes: number, contextTokens: number): number {
  if (cost.windowBytesPerToken === 0 && cost.bytesPerSequence === 0) {
    if (cost.bytesPerToken === 0) return Infinity;
    return Math.floor(Math.max(0, availableBytes) / (cost.bytesPerToken * BLOCK_TOKENS)) * BLOCK_TOKENS;
  }
  return Math.floor(sequencesThatFit(cost, availableBytes, contextTokens) * contextTokens);
}
