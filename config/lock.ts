/**
 * The lock file's shape: what `auto` resolved to and what moves by itself. It lies beside the config, is committed with
 * it, and is written by `hybrid-llm plan --update`.
 */
import { z } from 'zod';

const count = z.int().min(1);

/** The part of a fleet's config that the choice was made for: another one needs another choice. */
const asked = z.strictObject({
  model: z.string(),
  /** The config's own, `null` where the catalogue has it. */
  architecture: z.record(z.string(), z.unknown()).nullable(),
  kind: z.enum(['chat', 'embed']),
  context: count,
  concurrency: count,
  quality: z.enum(['high', 'economy']),
  quantization: z.string().nullable(),
  instances: z.union([z.literal('auto'), z.array(z.string()).min(1)]),
  spot: z.boolean(),
  /** How many. */
  adapters: z.int().min(0),
  acceptUnverified: z.boolean(),
});

const chosen = z.strictObject({
  /** Repository whose weights are loaded: the model's own, or one with its weights in another format. */
  checkpoint: z.string(),
  /** Commit of the model's repository; `null`: what the mirror finds under the name. */
  revision: z.string().nullable(),
  /** Number format of the weights in memory. */
  quantization: z.string(),
  tensorParallel: count,
  pipelineParallel: count,
  /** Interchangeable pools, cheapest first. */
  instanceTypes: z.array(z.string()).min(1),
  /** Of `vllm serve`, besides those that follow from the rest: what the memory was computed with. */
  engineArguments: z.array(z.string()),
});

export const lockSchema = z.strictObject({
  version: z.literal(1),
  catalogueAsOf: z.iso.date(),
  /** Machine image of the GPU hosts in the config's region; `null`: the newest at deploy. */
  amiId: z
    .string()
    .regex(/^ami-[0-9a-f]{8,17}$/)
    .nullable(),
  /** Digest of the engine's image; `null`: the catalogue's. */
  engineDigest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
  fleets: z.record(z.string(), z.strictObject({ asked, chosen })),
});

export type Lock = z.output<typeof lockSchema>;
export type FleetAsked = z.output<typeof asked>;
export type FleetChoice = z.output<typeof chosen>;

/** Its name, beside the config. */
export const LOCK_FILE = 'hybrid-llm.lock.json';
