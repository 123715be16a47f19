/** Bytes that weights take, in a checkpoint and on one GPU of a replica. */
import { bytesPerParameter, type WeightFormat } from './formats';
import type { SizedModel } from './model';
import type { Split } from './parallel';

/** What an engine loads; the published files may hold more (`unloadedParameters`). */
export function weightBytes({ parameters }: SizedModel, format: WeightFormat): number {
  const shrunk = format.scope === 'experts' ? parameters.experts : parameters.linear;
  return shrunk * bytesPerParameter(format) + (parameters.total - shrunk) * 2;
}

/**
 * On the fullest GPU. Tensor parallelism splits linear layers, token table and head evenly; a vision tower is taken as copied
 * to each. Pipeline stages get whole layers; the first has the token table, the last the head.
 */
export function weightBytesPerGpu(model: SizedModel, format: WeightFormat, split: Split): number {
  const { tokenTable, outputHead, other } = model.parameters;
  const { layers, tiedEmbeddings } = model.architecture;
  const { tensorParallel, pipelineParallel } = split;
  const inLayers = weightBytes(model, format) - 2 * (tokenTable + outputHead + other);
  // A tied head is on the last stage again.
  const head = tiedEmbeddings === true ? tokenTable : outputHead;
  const atTheEnds = pipelineParallel === 1 ? tokenTable + outputHead : Math.max(tokenTable, head);
  const share = Math.ceil(layers / pipelineParallel) / layers;
  return (inLayers * share + 2 * atTheEnds) / tensorParallel + 2 * other;
}
