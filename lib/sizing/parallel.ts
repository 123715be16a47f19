/** How a model may be cut over GPUs: vLLM's hard rules, and what quantized weights add to them. */
import type { Architecture } from '../../config/catalog/architecture';
import type { WeightFormat } from './formats';

export interface Split {
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
}

export type SplitProblem =
  'attention-heads' | 'kv-heads' | 'linear-attention-heads' | 'feed-forward-width' | 'quantization-group' | 'layers';

/** `null`: the cut is valid. Nothing is checked of widths that are not known. */
export function splitProblem(
  architecture: Architecture,
  format: WeightFormat,
  { tensorParallel, pipelineParallel }: Split,
): SplitProblem | null {
  if (pipelineParallel > architecture.layers) return 'layers';
  return tensorParallel === 1 ? null : tensorProblem(architecture, format, tensorParallel);
}

/** Valid tensor-parallel sizes among the powers of two up to a host's GPUs. */
export function tensorParallelSizes(architecture: Architecture, format: WeightFormat, most = 8): number[] {
  const sizes: number[] = [];
  for (let size = 1; size <= most; size *= 2) {
    if (splitProblem(architecture, format, { tensorParallel: size, pipelineParallel: 1 }) === null) sizes.push(size);
  }
  return sizes;
}

function tensorProblem(architecture: Architecture, format: WeightFormat, size: number): SplitProblem | null {
  const { attentionHeads, mla, linear, fullAttention } = architecture;
  // vLLM config/model.py, verify_with_parallel_config.
  if (attentionHeads % size !== 0) return 'attention-heads';
  // vLLM's attention layers: heads of keys and values are dealt out evenly, or each is copied evenly.
  if (mla === undefined) {
    if (!dealsOut(architecture.kvHeads, size)) return 'kv-heads';
    if (fullAttention !== undefined && !dealsOut(fullAttention.kvHeads, size)) return 'kv-heads';
  }
  if (linear?.kind === 'gated-delta' && (linear.keyHeads % size !== 0 || linear.valueHeads % size !== 0)) {
    return 'linear-attention-heads';
  }
  if (linear?.kind === 'mamba2' && linear.heads % size !== 0) return 'linear-attention-heads';
  if (widthsOf(architecture, 'linear').some((width) => width % size !== 0)) return 'feed-forward-width';
  return groupsAreWhole(architecture, format, size) ? null : 'quantization-group';
}

const dealsOut = (kvHeads: number, size: number): boolean =>
  kvHeads >= size ? kvHeads % size === 0 : size % kvHeads === 0;

/** A shard must hold whole groups of weights that share a scale. mxfp4 is padded by the engine. Derived, `reference` C1. */
function groupsAreWhole(architecture: Architecture, format: WeightFormat, size: number): boolean {
  const { groupSize, name, scope } = format;
  if (groupSize === null || name === 'mxfp4') return true;
  return widthsOf(architecture, scope).every((width) => (width / size) % groupSize === 0);
}

/** Widths that tensor parallelism divides. */
function widthsOf(architecture: Architecture, scope: 'linear' | 'experts'): number[] {
  const { intermediateSize, moe } = architecture;
  const widths: number[] = [];
  if (moe !== undefined) widths.push(moe.intermediateSize);
  if (scope === 'experts') return widths;
  if (moe !== undefined && moe.sharedIntermediateSize > 0) widths.push(moe.sharedIntermediateSize);
  if (intermediateSize !== null && (moe === undefined || moe.denseLayers > 0)) widths.push(intermediateSize);
  return widths;
}
