/** Parameters of a model, counted from its architecture. Norms and biases, below 0.1 %, are left out. */
import type {
  Architecture,
  LatentAttention,
  LinearAttention,
  MixtureOfExperts,
} from '../../config/catalog/architecture';

/** Counts of parameters, not bytes. */
export interface ParameterCount {
  /** All that an engine loads. */
  readonly total: number;
  /** Those that one token passes. */
  readonly active: number;
  /** Input embeddings: looked up, never read as a whole. */
  readonly tokenTable: number;
  /** Output head; 0 where the token table serves as one. */
  readonly outputHead: number;
  /** Linear layers, what a quantized checkpoint shrinks. Routed experts are among them. */
  readonly linear: number;
  readonly experts: number;
  /** Loaded besides the text model, never quantized. */
  readonly other: number;
}

/** `null` where a width is not known. Formulas: `reference` C1, from the weights' shapes in vLLM's model files. */
export function countParameters(architecture: Architecture): ParameterCount | null {
  const { hiddenSize, vocabSize, tiedEmbeddings, moe, linear, otherParameters: other = 0 } = architecture;
  const attention = attentionParameters(architecture);
  const dense = denseParameters(architecture);
  if (vocabSize === null || tiedEmbeddings === null || attention === null || dense === null) return null;
  const matrices = architecture.feedForwardMatrices ?? 3;
  const expertLayers = moe === undefined ? 0 : expertLayersOf(architecture, moe);
  const experts = moe === undefined ? 0 : expertLayers * moe.experts * matrices * hiddenSize * moe.intermediateSize;
  const shared = expertLayers * matrices * hiddenSize * (moe?.sharedIntermediateSize ?? 0);
  const routers = expertLayers * hiddenSize * (moe?.experts ?? 0);
  const tokenTable = vocabSize * hiddenSize;
  const outputHead = tiedEmbeddings ? 0 : tokenTable;
  const linearLayers =
    attention + dense + experts + shared + (linear === undefined ? 0 : stateParameters(linear, hiddenSize));
  const total = tokenTable + outputHead + linearLayers + routers + other;
  const idle = moe === undefined ? 0 : experts * (1 - moe.expertsPerToken / moe.experts);
  return { total, active: total - idle, tokenTable, outputHead, linear: linearLayers, experts, other };
}

const expertLayersOf = (
  { layers, feedForwardLayers = layers }: Architecture,
  { denseLayers }: MixtureOfExperts,
): number => feedForwardLayers - denseLayers;

function denseParameters(architecture: Architecture): number | null {
  const {
    layers,
    feedForwardLayers = layers,
    feedForwardMatrices = 3,
    hiddenSize,
    intermediateSize,
    moe,
  } = architecture;
  const denseLayers = moe === undefined ? feedForwardLayers : moe.denseLayers;
  if (denseLayers === 0) return 0;
  return intermediateSize === null ? null : denseLayers * feedForwardMatrices * hiddenSize * intermediateSize;
}

function attentionParameters(architecture: Architecture): number | null {
  const { layers, attentionLayers = layers, slidingWindow, fullAttention, kvHeads, headDim, mla } = architecture;
  if (mla !== undefined) {
    const perLayer = latentParameters(architecture, mla);
    return perLayer === null ? null : attentionLayers * perLayer;
  }
  const windowed = fullAttention === undefined ? attentionLayers : (slidingWindow?.layers ?? 0);
  const full = attentionLayers - windowed;
  return (
    windowed * groupedParameters(architecture, kvHeads, headDim, 2) +
    (fullAttention === undefined
      ? 0
      : full *
        groupedParameters(
          architecture,
          fullAttention.kvHeads,
          fullAttention.headDim,
          fullAttention.sharedKeyValue ? 1 : 2,
        ))
  );
}

/** Queries (and their gate), keys and values, output of one layer of grouped-query attention. */
function groupedParameters(
  { hiddenSize, attentionHeads, attentionGate = false }: Architecture,
  kvHeads: number,
  headDim: number,
  kvProjections: 1 | 2,
): number {
  return hiddenSize * headDim * (attentionHeads * (attentionGate ? 3 : 2) + kvProjections * kvHeads);
}

function latentParameters({ hiddenSize, attentionHeads }: Architecture, mla: LatentAttention): number | null {
  const { kvLoraRank, ropeHeadDim, nopeHeadDim, queryLoraRank, valueHeadDim } = mla;
  if (nopeHeadDim === null || queryLoraRank === null || valueHeadDim === null) return null;
  return (
    hiddenSize * queryLoraRank +
    queryLoraRank * attentionHeads * (nopeHeadDim + ropeHeadDim) +
    hiddenSize * (kvLoraRank + ropeHeadDim) +
    kvLoraRank * attentionHeads * (nopeHeadDim + valueHeadDim) +
    attentionHeads * valueHeadDim * hiddenSize
  );
}

/** Input and output projections and the convolution. vLLM `layers/mamba`, `models/qwen3_next.py`. */
function stateParameters(linear: LinearAttention, hiddenSize: number): number {
  if (linear.kind === 'gated-delta') {
    const keys = linear.keyHeads * linear.keyHeadDim;
    const values = linear.valueHeads * linear.valueHeadDim;
    const input = hiddenSize * (2 * keys + 2 * values + 2 * linear.valueHeads);
    return linear.layers * (input + (2 * keys + values) * linear.convKernel + values * hiddenSize);
  }
  const inner = linear.heads * linear.headDim;
  const convolved = inner + 2 * linear.groups * linear.stateSize;
  return (
    linear.layers *
    (hiddenSize * (inner + convolved + linear.heads) + convolved * linear.convKernel + inner * hiddenSize)
  );
}
