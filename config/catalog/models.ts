/** Open models that a fleet can serve. */
import type { Architecture } from './architecture';
import modelRows from './models.json';
import type { Sourced } from './sourced';

/** `id` is its Hugging Face name. */
export interface CatalogModel extends Sourced {
  readonly id: string;
  readonly kind: 'chat' | 'embed';
  /** As stated, often rounded; `lib/sizing` counts them from the architecture. `null`: not stated. */
  readonly paramsBillion: number | null;
  readonly activeParamsBillion: number | null;
  /** `null`: not known. */
  readonly maxContextTokens: number | null;
  /** Id of a row in the licences. */
  readonly licence: string;
  /** What is published: the weights, the training data too, or all that is needed to train it again. */
  readonly openness: 'weights' | 'data' | 'full';
  /** The model thinks before it answers, between markers that an engine's reasoning parser takes out. */
  readonly reasoning: boolean;
  readonly images: boolean;
  /** Number format of the published weights. */
  readonly weightFormat: 'bf16' | 'fp8' | 'mxfp4';
  /** Size of the published weights, in `weightFormat`. `null`: not known, or the repository holds them twice. */
  readonly weightFileGiB: number | null;
  /** Whether the hub wants a token of somebody who accepted the licence; `null`: not known. */
  readonly gated: boolean | null;
  /** Tensor parallelism must divide them; `null`: not known. */
  readonly attentionHeads: number | null;
  /**
   * Bytes of KV cache that one more token of a long context takes, at 16 bits, over all GPUs, none of them holding a copy.
   * 0 for an encoder; `null`: not known.
   */
  readonly kvBytesPerTokenBf16: number | null;
  /** `null`: not known, or one that the formulas do not hold for; `missing` says which. */
  readonly architecture: Architecture | null;
  /** Why something is `null`. */
  readonly missing: readonly string[];
  readonly note: string | null;
  /** `false`: taken from the model it was made of, own configuration not read. Refused unless the config says otherwise. */
  readonly verified: boolean;
  readonly licenceSource: string;
}

export const models: readonly CatalogModel[] = modelRows.models as readonly CatalogModel[];
