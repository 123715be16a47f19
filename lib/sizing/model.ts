/** A model as the planner sees it: its architecture and how many parameters it has. From a catalogue row or the config. */
import type { CatalogModel } from '../../config/catalog';
import type { Architecture } from '../../config/catalog/architecture';
import { countParameters, type ParameterCount } from './parameters';

export interface SizedModel {
  readonly architecture: Architecture;
  readonly parameters: ParameterCount;
  /** Counted from the architecture; else what the publisher states, with nothing known of its parts. */
  readonly counted: boolean;
}

/** What a publisher says of a model whose architecture is not known in full. */
export interface StatedSize {
  /** Parameters. */
  readonly total: number;
  readonly active: number;
  /** Size of the published weights and bytes of a quantized parameter in them. */
  readonly file: { readonly bytes: number; readonly bytesPerParameter: number } | null;
}

export function sizedModel(given: Architecture, stated: StatedSize | null = null): SizedModel | null {
  const architecture = allFields(given);
  const counted = countParameters(architecture);
  if (counted !== null) return { architecture, parameters: counted, counted: true };
  return stated === null ? null : { architecture, parameters: statedParameters(stated), counted: false };
}

/** `null`: neither the architecture nor a stated size is known. */
export function sizedFromCatalog(row: CatalogModel): SizedModel | null {
  const { architecture, paramsBillion, activeParamsBillion, weightFileGiB, weightFormat } = row;
  if (architecture === null) return null;
  if (paramsBillion === null) return sizedModel(architecture);
  const file =
    weightFileGiB === null
      ? null
      : { bytes: weightFileGiB * GIB, bytesPerParameter: { bf16: 2, fp8: 1, mxfp4: 0.53125 }[weightFormat] };
  return sizedModel(architecture, {
    total: paramsBillion * 1e9,
    active: (activeParamsBillion ?? paramsBillion) * 1e9,
    file,
  });
}

/**
 * The published file tells how much of a model is quantized: q·b + (total − q)·2 bytes. Published at 16 bits it tells the
 * total instead, and nothing is taken to shrink: an upper bound, since the parts are not known.
 */
function statedParameters({ total, active, file }: StatedSize): ParameterCount {
  const parts = { active, tokenTable: 0, outputHead: 0, experts: 0, other: 0 };
  if (file === null) return { ...parts, total, linear: 0 };
  if (file.bytesPerParameter === 2) return { ...parts, total: file.bytes / 2, linear: 0 };
  const linear = (2 * total - file.bytes) / (2 - file.bytesPerParameter);
  return { ...parts, total, linear: Math.min(total, Math.max(0, linear)) };
}

/** Every field in one order: objects of one shape are read several times faster, and all pairs are planned. */
const allFields = (of: Architecture): { readonly [Field in keyof Required<Architecture>]: Architecture[Field] } => ({
  layers: of.layers,
  hiddenSize: of.hiddenSize,
  vocabSize: of.vocabSize,
  tiedEmbeddings: of.tiedEmbeddings,
  attentionHeads: of.attentionHeads,
  kvHeads: of.kvHeads,
  headDim: of.headDim,
  intermediateSize: of.intermediateSize,
  feedForwardMatrices: of.feedForwardMatrices,
  attentionLayers: of.attentionLayers,
  feedForwardLayers: of.feedForwardLayers,
  attentionGate: of.attentionGate,
  encoder: of.encoder,
  moe: of.moe,
  mla: of.mla,
  slidingWindow: of.slidingWindow,
  fullAttention: of.fullAttention,
  linear: of.linear,
  otherParameters: of.otherParameters,
  unloadedParameters: of.unloadedParameters,
});

const GIB = 1024 ** 3;
