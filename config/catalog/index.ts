/**
 * The catalogue: facts that age, kept as data with their source and date.
 * Prices are US dollars; `null` means that the source states none.
 */
import type { ProviderName, Protocol } from '../vocabulary';
import instanceRows from './instances.json';
import modelRows from './models.json';
import priceRows from './prices.json';
import providerRows from './providers.json';

export interface Sourced {
  readonly source: string;
  /** Day of the fact, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** An open model that a fleet can serve; `id` is its Hugging Face name. */
export interface CatalogModel extends Sourced {
  readonly id: string;
  readonly kind: 'chat' | 'embed';
  readonly paramsBillion: number;
  readonly activeParamsBillion: number;
  readonly maxContextTokens: number;
  readonly licence: string;
  /** The model thinks before it answers, between markers that an engine's reasoning parser takes out. */
  readonly reasoning: boolean;
  readonly images: boolean;
  /** Number format of the published weights. */
  readonly weightFormat: 'bf16' | 'mxfp4';
  /** Whether the hub wants a token of somebody who accepted the licence; `null`: not known. */
  readonly gated: boolean | null;
  /** Tensor parallelism must divide them; `null`: not known. */
  readonly attentionHeads: number | null;
  /** Bytes of KV cache for one token, at 16 bits, over all GPUs; `null`: not known. */
  readonly kvBytesPerTokenBf16: number | null;
}

export interface CatalogInstance extends Sourced {
  readonly instanceType: string;
  readonly gpu: string;
  readonly gpuCount: number;
  /** As DescribeInstanceTypes reports it, not the marketing figure. */
  readonly gpuMemoryMiBEach: number;
  /** NVIDIA's compute capability; FP8 needs 8.9. */
  readonly gpuComputeCapability: number;
  readonly onDemandUsdPerHour: number;
  readonly region: string;
}

/** What a closed model costs and takes. */
export interface CatalogPrice extends Sourced {
  readonly provider: ProviderName;
  readonly model: string;
  readonly kind: 'chat' | 'embed';
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
  readonly cacheReadUsdPerMillionTokens: number | null;
  readonly cacheWriteUsdPerMillionTokens: number | null;
  readonly contextTokens: number;
  readonly images: boolean;
  readonly pdf: boolean;
}

export interface CatalogProvider extends Sourced {
  readonly provider: ProviderName;
  readonly protocol: Protocol;
  /** What the provider's own SDK takes; `{region}` is the config's region. */
  readonly baseUrl: string;
}

export const models: readonly CatalogModel[] = modelRows.models as CatalogModel[];
export const instances: readonly CatalogInstance[] = instanceRows.instances;
export const prices: readonly CatalogPrice[] = priceRows.prices as CatalogPrice[];
export const providers: readonly CatalogProvider[] = providerRows.providers as CatalogProvider[];
