/** Number formats of weights: how large, on which GPUs, and what the engine has to be told. */
import type { CatalogCheckpoint, QuantizedFormat } from '../../config/catalog';

export type FormatName = 'bf16' | QuantizedFormat;

export interface WeightFormat {
  readonly name: FormatName;
  /** Weights that share a scale; `null`: whole rows or tensors do. */
  readonly groupSize: number | null;
  /** All linear layers, or routed experts alone. The rest stays at 16 bits, embeddings and output head too. */
  readonly scope: 'linear' | 'experts';
  /** Value of `--quantization`; `null`: the engine reads it from the weights. */
  readonly vllmQuantization: string | null;
  /** Where the kernels of its method run on older GPUs than those of the format do in general. */
  readonly lowestCapability?: number;
}

export const BF16: WeightFormat = { name: 'bf16', groupSize: null, scope: 'linear', vllmQuantization: null };

/**
 * Made by the engine while it loads 16-bit weights, experts too, without calibration
 * (docs.vllm.ai/en/stable/features/quantization/online). No other format is made from a checkpoint in bf16.
 */
export const ONLINE_FP8: WeightFormat = {
  name: 'fp8',
  groupSize: null,
  scope: 'linear',
  vllmQuantization: 'fp8_per_tensor',
};

export const formatOf = ({ format, method, groupSize, scope }: CatalogCheckpoint): WeightFormat => ({
  name: format,
  groupSize,
  scope,
  vllmQuantization: null,
  ...(method === 'awq' || method === 'gptq' ? { lowestCapability: TURING } : {}),
});

/** AWQ and GPTQ have kernels of their own for it. */
const TURING = 7.5;

/** Bits that a weight is stored in, without scales. `quality: high` wants at least 8. */
export const BITS: Readonly<Record<FormatName, number>> = { bf16: 16, fp8: 8, int8: 8, int4: 4, nvfp4: 4, mxfp4: 4 };

/** Bytes of a quantized parameter with its share of the scales. Embeddings are not quantized. */
export function bytesPerParameter({ name, groupSize }: WeightFormat): number {
  switch (name) {
    case 'bf16':
      return 2;
    case 'fp8':
      // Blocks of 128 × 128 share one scale of 4 bytes.
      return groupSize === null ? 1 : 1 + 4 / (groupSize * groupSize);
    case 'int8':
      return 1;
    case 'int4': {
      // AWQ and GPTQ keep a scale of 2 bytes and a zero of 4 bits for each group.
      const group = groupSize ?? 128;
      return 0.5 + 2 / group + 0.5 / group;
    }
    case 'nvfp4':
      return 0.5 + 1 / 16;
    case 'mxfp4':
      return 0.5 + 1 / 32;
  }
}

/**
 * Lowest NVIDIA compute capability that computes in the format. Sources: `reference` B1; docs.vllm.ai
 * features/quantization (supported hardware): FP8 W8A8 from Ada on, Marlin (mxfp4, packed int4 of compressed-tensors) from
 * Ampere, AWQ and GPTQ from Turing; NVFP4 on Blackwell. vLLM also loads FP8 as weight-only on older GPUs; not planned with.
 */
const LOWEST_CAPABILITY: Readonly<Record<FormatName, number>> = {
  bf16: 8.0,
  fp8: 8.9,
  int8: 7.5,
  int4: 8.0,
  nvfp4: 10.0,
  mxfp4: 8.0,
};

export type FormatFit =
  | { readonly runs: true; readonly dtype: 'auto' | 'half' }
  | { readonly runs: false; readonly needsComputeCapability: number };

/** Whether a GPU runs a format, and the value of `--dtype`: T4 has no bf16, so 16-bit weights are read as fp16. */
export function formatFit(format: FormatName | WeightFormat, computeCapability: number): FormatFit {
  const { name, lowestCapability }: Pick<WeightFormat, 'name' | 'lowestCapability'> =
    typeof format === 'string' ? { name: format } : format;
  const needs = name === 'bf16' ? TURING : (lowestCapability ?? LOWEST_CAPABILITY[name]);
  if (computeCapability < needs) return { runs: false, needsComputeCapability: needs };
  return { runs: true, dtype: computeCapability < LOWEST_CAPABILITY.bf16 ? 'half' : 'auto' };
}

/** KV cache in fp8 halves it; below this the attention kernels cannot read it. */
export const FP8_KV_CAPABILITY = 8.9;
