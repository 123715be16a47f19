/** Weights that somebody published in other formats, or in theirs where that is not bf16. */
import { checkpoints as checkpointRows } from './checkpoints.json';
import type { Sourced } from './sourced';

export type QuantizedFormat = 'fp8' | 'int8' | 'int4' | 'nvfp4' | 'mxfp4';

export interface CatalogCheckpoint extends Sourced {
  /** Id of a row in the models. */
  readonly model: string;
  /** On the hub. */
  readonly repository: string;
  readonly format: QuantizedFormat;
  /** What the engine calls it; it finds that out from the weights by itself. */
  readonly method: 'fp8' | 'modelopt' | 'compressed-tensors' | 'awq' | 'gptq' | 'mxfp4';
  /** Weights that share a scale. `null`: a whole row or tensor does. */
  readonly groupSize: number | null;
  /** All linear layers, or the routed experts alone; the rest is bf16. */
  readonly scope: 'linear' | 'experts';
  readonly note: string | null;
}

export const checkpoints: readonly CatalogCheckpoint[] = checkpointRows as readonly CatalogCheckpoint[];
