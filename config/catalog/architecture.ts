/** What a model's memory and speed follow from. Names are those of its `config.json`, spelt as in this project. */
export interface Architecture {
  /** Blocks of the transformer, whatever each of them holds. */
  readonly layers: number;
  readonly hiddenSize: number;
  /** `null`: not known, so that parameters cannot be counted. */
  readonly vocabSize: number | null;
  /** The output head is the token table once more. `null`: not known. */
  readonly tiedEmbeddings: boolean | null;
  readonly attentionHeads: number;
  /** Heads of keys and values. 1 where all heads share one latent (`mla`). */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of the dense feed-forward. `null`: not known, or every layer has experts instead. */
  readonly intermediateSize: number | null;
  /** Matrices of one feed-forward: 3 (default) when gated, else 2. */
  readonly feedForwardMatrices?: 2 | 3;
  /** Layers with softmax attention, where not all have it. */
  readonly attentionLayers?: number;
  /** Layers with a feed-forward, where not all have one. */
  readonly feedForwardLayers?: number;
  /** The query projection makes a gate too, so it is twice as wide. */
  readonly attentionGate?: boolean;
  /** Reads the whole input at once and keeps no keys and values. */
  readonly encoder?: boolean;
  readonly moe?: MixtureOfExperts;
  readonly mla?: LatentAttention;
  readonly slidingWindow?: SlidingWindow;
  /** Shape of full attention where it is another than that of the windowed layers. */
  readonly fullAttention?: FullAttention;
  readonly linear?: LinearAttention;
  /** Loaded besides the text model and never quantized: a vision tower, position tables. */
  readonly otherParameters?: number;
  /** In the published files but not loaded: heads for speculative decoding. */
  readonly unloadedParameters?: number;
}

export interface MixtureOfExperts {
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Width of one expert. */
  readonly intermediateSize: number;
  /** Width of what every token passes besides; 0: nothing. */
  readonly sharedIntermediateSize: number;
  /** Layers with a dense feed-forward instead. */
  readonly denseLayers: number;
}

/** Multi-head latent attention (DeepSeek): the cache holds one compressed vector a token. */
export interface LatentAttention {
  readonly kvLoraRank: number;
  readonly ropeHeadDim: number;
  readonly nopeHeadDim: number | null;
  readonly queryLoraRank: number | null;
  readonly valueHeadDim: number | null;
}

export interface SlidingWindow {
  /** How many of the attention layers see no further than the window. */
  readonly layers: number;
  readonly tokens: number;
}

export interface FullAttention {
  readonly kvHeads: number;
  readonly headDim: number;
  /** One projection makes keys and values both. */
  readonly sharedKeyValue: boolean;
}

/** Layers with a state of fixed size in place of keys and values. */
export type LinearAttention = GatedDelta | Mamba2;

export interface GatedDelta {
  readonly kind: 'gated-delta';
  readonly layers: number;
  readonly keyHeads: number;
  readonly valueHeads: number;
  readonly keyHeadDim: number;
  readonly valueHeadDim: number;
  readonly convKernel: number;
}

export interface Mamba2 {
  readonly kind: 'mamba2';
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly stateSize: number;
  readonly groups: number;
  readonly convKernel: number;
}
