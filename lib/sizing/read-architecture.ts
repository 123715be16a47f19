/** `architecture:` of a config to what the planner sizes. Takes our names, or those of a model's `config.json`. */
import { z } from 'zod';
import type { Architecture } from '../../config/catalog/architecture';

const count = z.int().min(1);
const none = z.int().min(0);

const schema = z.strictObject({
  layers: count,
  hiddenSize: count,
  vocabSize: count,
  tiedEmbeddings: z.boolean().default(false),
  attentionHeads: count,
  kvHeads: count.optional(),
  headDim: count.optional(),
  intermediateSize: count.nullable().default(null),
  feedForwardMatrices: z.literal([2, 3]).optional(),
  attentionLayers: none.optional(),
  feedForwardLayers: none.optional(),
  attentionGate: z.boolean().optional(),
  encoder: z.boolean().optional(),
  otherParameters: none.optional(),
  unloadedParameters: none.optional(),
  moe: z
    .strictObject({
      experts: count,
      expertsPerToken: count,
      intermediateSize: count,
      sharedIntermediateSize: none.default(0),
      denseLayers: none.default(0),
    })
    .optional(),
  mla: z
    .strictObject({
      kvLoraRank: count,
      ropeHeadDim: count,
      nopeHeadDim: count,
      queryLoraRank: count,
      valueHeadDim: count,
    })
    .optional(),
  slidingWindow: z.strictObject({ layers: none, tokens: count }).optional(),
  fullAttention: z
    .strictObject({ kvHeads: count, headDim: count, sharedKeyValue: z.boolean().default(false) })
    .optional(),
  linear: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('gated-delta'),
        layers: count,
        keyHeads: count,
        valueHeads: count,
        keyHeadDim: count,
        valueHeadDim: count,
        convKernel: count,
      }),
      z.strictObject({
        kind: z.literal('mamba2'),
        layers: count,
        heads: count,
        headDim: count,
        stateSize: count,
        groups: count,
        convKernel: count,
      }),
    ])
    .optional(),
});

/** Names in `config.json` of a plain transformer. Its other keys are refused: some, such as experts and windows, say much of size. */
const HUGGING_FACE_NAMES: Readonly<Record<string, keyof z.input<typeof schema>>> = {
  num_hidden_layers: 'layers',
  hidden_size: 'hiddenSize',
  vocab_size: 'vocabSize',
  tie_word_embeddings: 'tiedEmbeddings',
  num_attention_heads: 'attentionHeads',
  num_key_value_heads: 'kvHeads',
  head_dim: 'headDim',
  intermediate_size: 'intermediateSize',
};

export type ReadArchitecture = { readonly architecture: Architecture } | { readonly problem: Problem };

/** Where under `architecture`, and what is wrong there. */
interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function readArchitecture(value: Readonly<Record<string, unknown>>): ReadArchitecture {
  const renamed = Object.fromEntries(
    Object.entries(value).map(([name, of]) => [HUGGING_FACE_NAMES[name] ?? name, of] as const),
  );
  const parsed = schema.safeParse(renamed);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      problem: { path: issue?.path ?? [], message: issue === undefined ? 'wrong shape' : messageOf(issue, renamed) },
    };
  }
  const { kvHeads, headDim, mla, ...rest } = parsed.data;
  const known: Architecture = {
    ...withoutUndefined(rest),
    kvHeads: mla === undefined ? (kvHeads ?? rest.attentionHeads) : 1,
    headDim:
      mla === undefined
        ? (headDim ?? Math.floor(rest.hiddenSize / rest.attentionHeads))
        : mla.kvLoraRank + mla.ropeHeadDim,
    ...(mla === undefined ? {} : { mla }),
  };
  const problem = impossible(known);
  return problem === null ? { architecture: known } : { problem };
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown ${issue.keys.join(', ')}; remove what says nothing of size, and name the rest as here: ${KEYS}`;
  }
  const found = issue.path.reduce<unknown>((of, key) => (of as Record<PropertyKey, unknown> | undefined)?.[key], value);
  return found === undefined ? 'missing; add it' : issue.message;
}

const KEYS = Object.keys(schema.shape).join(', ');

/** What each number alone allows, and all of them together do not. */
function impossible(architecture: Architecture): Problem | null {
  const { layers, attentionLayers = layers, feedForwardLayers = layers, intermediateSize } = architecture;
  const { attentionHeads, kvHeads, moe, linear, slidingWindow } = architecture;
  const most = (path: string, value: number, limit: number, of: string): Problem | null =>
    value <= limit ? null : { path: path.split('.'), message: `${value}; at most ${limit}, ${of}` };
  const denseLayers = moe === undefined ? feedForwardLayers : moe.denseLayers;
  return (
    most('attentionLayers', attentionLayers, layers, 'all layers') ??
    most('feedForwardLayers', feedForwardLayers, layers, 'all layers') ??
    most('linear.layers', linear?.layers ?? 0, layers, 'all layers') ??
    most('slidingWindow.layers', slidingWindow?.layers ?? 0, attentionLayers, 'the layers with attention') ??
    most('moe.denseLayers', moe?.denseLayers ?? 0, feedForwardLayers, 'the layers with a feed-forward') ??
    most('moe.expertsPerToken', moe?.expertsPerToken ?? 0, moe?.experts ?? 0, 'the experts') ??
    (attentionHeads % kvHeads === 0
      ? null
      : { path: ['kvHeads'], message: `${kvHeads}; it must divide the ${attentionHeads} \`attentionHeads\`` }) ??
    (denseLayers > 0 && intermediateSize === null
      ? { path: ['intermediateSize'], message: 'missing; add it, the width of the dense feed-forward' }
      : null)
  );
}

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, of]) => of !== undefined)) as T;
