/** Memory of LoRA adapters: vLLM keeps room for all of them at the largest rank, in 16 bits. */
import type { Architecture } from '../../config/catalog/architecture';
import type { Split } from './parallel';

export interface Adapters {
  /** `--max-loras`. */
  readonly count: number;
  /** `--max-lora-rank`; vLLM's default is 16. */
  readonly rank: number;
}

export const NO_ADAPTERS: Adapters = { count: 0, rank: 16 };

/**
 * Bytes on one GPU. Each linear layer in × out gets A (rank × in) and B (out × rank). Without `--fully-sharded-loras` the
 * side that tensor parallelism does not split is copied to each GPU. All experts have theirs.
 */
export function adapterBytesPerGpu(architecture: Architecture, { count, rank }: Adapters, split: Split): number {
  if (count === 0) return 0;
  const { layers, hiddenSize, attentionHeads, kvHeads, headDim, mla } = architecture;
  const { tensorParallel, pipelineParallel } = split;
  const queries = attentionHeads * (mla?.valueHeadDim ?? headDim);
  const kv = mla === undefined ? Math.max(1, kvHeads / tensorParallel) * headDim : headDim;
  const columns = 3 * hiddenSize + queries / tensorParallel + 2 * kv;
  const rows = queries / tensorParallel + hiddenSize;
  const perLayer = rank * (columns + rows) + rank * feedForward(architecture, tensorParallel);
  return count * Math.ceil(layers / pipelineParallel) * perLayer * 2;
}

/** Sum of in + out of a layer's feed-forward matrices on one GPU. */
function feedForward(architecture: Architecture, tensorParallel: number): number {
  const { hiddenSize, intermediateSize, feedForwardMatrices = 3, moe } = architecture;
  const matrices = (width: number): number => feedForwardMatrices * (hiddenSize + width / tensorParallel);
  const dense = matrices(intermediateSize ?? 0);
  if (moe === undefined) return dense;
  const shared = moe.sharedIntermediateSize > 0 ? matrices(moe.sharedIntermediateSize) : 0;
  return Math.max(dense, moe.experts * matrices(moe.intermediateSize) + shared);
}
