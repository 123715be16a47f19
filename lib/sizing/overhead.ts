/** What a GPU needs besides weights and KV cache. Estimates to plan with; the engine measures its own at start. */
import type { Architecture } from '../../config/catalog/architecture';

export interface OverheadOptions {
  /** `--max-num-seqs`. */
  readonly maxSequences: number;
  /** `--max-num-batched-tokens`. */
  readonly maxBatchedTokens: number;
  /** GPUs of the replica. */
  readonly gpus: number;
  readonly tensorParallel: number;
}

const GIB = 1024 ** 3;
/** CUDA context, libraries, graphs (0.5 GiB, vLLM #20264) and activations of `COVERED_TOKENS`. `reference` C1. */
const RESERVE_BYTES = 1.5 * GIB;
const COVERED_TOKENS = 2048;
/** Buffers of NCCL on each of several GPUs: 342 to 392 MB (NVIDIA aiconfigurator systems/*.yaml). */
const NCCL_BYTES = 392e6;
/** Where the vocabulary is not known, the largest of those that are. */
const LARGEST_VOCABULARY = 262_208;

export function overheadBytesPerGpu(architecture: Architecture, options: OverheadOptions): number {
  const { maxSequences, maxBatchedTokens, gpus, tensorParallel } = options;
  const logits = maxSequences * (architecture.vocabSize ?? LARGEST_VOCABULARY) * 4;
  const uncovered = Math.max(0, maxBatchedTokens - COVERED_TOKENS);
  return (
    RESERVE_BYTES +
    (architecture.encoder === true ? 0 : logits) +
    (gpus > 1 ? NCCL_BYTES : 0) +
    uncovered * activationBytesPerToken(architecture, tensorParallel)
  );
}

/**
 * Peak of one layer in 16 bits: residual, normed input, queries to output, and the feed-forward's two inputs and product.
 * With the reserve it leaves an H100 the KV cache of a published log within 3 % (Llama-2-7B,
 * gateway-api-inference-extension#550).
 */
function activationBytesPerToken(architecture: Architecture, tensorParallel: number): number {
  const { hiddenSize, intermediateSize, moe } = architecture;
  const experts = moe === undefined ? 0 : moe.expertsPerToken * moe.intermediateSize + moe.sharedIntermediateSize;
  const width = Math.max(intermediateSize ?? 4 * hiddenSize, experts);
  return 2 * (4 * hiddenSize + (3 * width) / tensorParallel);
}

/**
 * vLLM's own `--max-num-batched-tokens` where it is not told (`get_batch_defaults`): 16384 from 160 GiB, 8192 from 70 GiB but
 * for the A100, else 2048.
 */
export function defaultBatchedTokens(gpuMemoryMiB: number, computeCapability: number): number {
  const gib = gpuMemoryMiB / 1024;
  if (gib >= 160) return 16_384;
  return gib >= 70 && computeCapability !== A100 ? 8192 : 2048;
}

const A100 = 8.0;
