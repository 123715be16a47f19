/** Fleets that the economics page and the price refresh reckon with. Their speed is sizing's roofline estimate. */
import { type CatalogInstance, instances, models } from '../../../config/catalog';
import type { HostPrice } from '../../../config/catalog/host-prices';
import type { FleetEconomics } from '../../../lib/economics/fleet-economics';
import { BF16, ONLINE_FP8, type WeightFormat } from '../../../lib/sizing/formats';
import { type SizedModel, sizedFromCatalog } from '../../../lib/sizing/model';
import { type ReplicaMemory, maxConcurrency, replicaMemory } from '../../../lib/sizing/replica';
import { type SpeedOptions, decodeMs, prefillMs } from '../../../lib/sizing/roofline';

export interface ReferenceFleet {
  readonly name: string;
  /** Hugging Face name of the weights. */
  readonly openModel: string;
  readonly format: WeightFormat;
  /** One replica takes the whole host. */
  readonly instanceType: string;
}

export const INT4: WeightFormat = { name: 'int4', groupSize: 128, scope: 'linear', vllmQuantization: null };
export const FP8 = ONLINE_FP8;

export const LLAMA_8B = 'meta-llama/Llama-3.1-8B-Instruct';
export const LLAMA_70B = 'meta-llama/Llama-3.3-70B-Instruct';

export const SMALL_A10G: ReferenceFleet = {
  name: 'Llama 3.1 8B at 16 bits on g5.xlarge (one A10G)',
  openModel: LLAMA_8B,
  format: BF16,
  instanceType: 'g5.xlarge',
};

export const SMALL_L40S: ReferenceFleet = {
  name: 'Llama 3.1 8B at 8 bits on g6e.xlarge (one L40S)',
  openModel: LLAMA_8B,
  format: FP8,
  instanceType: 'g6e.xlarge',
};

export const LARGE_L40S: ReferenceFleet = {
  name: 'Llama 3.3 70B at 8 bits on g6e.12xlarge (four L40S)',
  openModel: LLAMA_70B,
  format: FP8,
  instanceType: 'g6e.12xlarge',
};

export const LARGE_A100: ReferenceFleet = {
  name: 'Llama 3.3 70B at 16 bits on p4d.24xlarge (eight A100)',
  openModel: LLAMA_70B,
  format: BF16,
  instanceType: 'p4d.24xlarge',
};

export const REFERENCE_FLEETS: readonly ReferenceFleet[] = [SMALL_A10G, SMALL_L40S, LARGE_L40S, LARGE_A100];

/** A request of the examples: 1,500 tokens are read and 500 written. */
export const PROMPT_TOKENS = 1_500;
export const ANSWER_TOKENS = 500;
/** What somebody who reads along puts up with: 20 tokens a second. */
export const MOST_MS_PER_TOKEN = 50;
/** More sequences at a time are rarely reached in a day's mean. */
const MOST_SEQUENCES = 64;

export interface Speed {
  readonly batch: number;
  readonly outputTokensPerSecond: number;
  readonly inputTokensPerSecond: number;
}

/** At the largest batch that memory holds and readers put up with. */
export function speedOf(fleet: ReferenceFleet): Speed {
  const options = optionsOf(fleet);
  const held = maxConcurrency(memoryOf(fleet), PROMPT_TOKENS + ANSWER_TOKENS);
  const msAt = (batch: number): number => decodeMs(options, batch, PROMPT_TOKENS + ANSWER_TOKENS / 2);
  let batch = Math.min(MOST_SEQUENCES, Math.floor(held));
  while (batch > 1 && msAt(batch) > MOST_MS_PER_TOKEN) batch -= 1;
  const promptMs = prefillMs(options, PROMPT_TOKENS);
  if (batch < 1 || promptMs === null) throw new Error(`${fleet.name}: does not fit, or its GPU is not known`);
  return {
    batch,
    outputTokensPerSecond: (batch * 1_000) / msAt(batch),
    inputTokensPerSecond: (PROMPT_TOKENS * 1_000) / promptMs,
  };
}

export function memoryOf(fleet: ReferenceFleet): ReplicaMemory {
  const { model, format, split, gpu } = optionsOf(fleet);
  return replicaMemory({ model, format, split, gpu, contextTokens: PROMPT_TOKENS + ANSWER_TOKENS });
}

function optionsOf({ openModel, format, instanceType }: ReferenceFleet): SpeedOptions & { gpu: CatalogInstance } {
  const gpu = instanceOf(instanceType);
  return { model: modelOf(openModel), format, gpu, split: { tensorParallel: gpu.gpuCount, pipelineParallel: 1 } };
}

export function instanceOf(instanceType: string): CatalogInstance {
  const row = instances.find((instance) => instance.instanceType === instanceType);
  if (row === undefined) throw new Error(`the catalogue has no ${instanceType}`);
  return row;
}

export function modelOf(openModel: string): SizedModel {
  const row = models.find(({ id }) => id === openModel);
  const model = row === undefined ? null : sizedFromCatalog(row);
  if (model === null) throw new Error(`the catalogue does not know the size of ${openModel}`);
  return model;
}

export function economicsOf(fleet: ReferenceFleet, hosts: readonly HostPrice[]): FleetEconomics {
  const host = hosts.find(({ instanceType }) => instanceType === fleet.instanceType);
  const { outputTokensPerSecond, inputTokensPerSecond } = speedOf(fleet);
  return {
    usdPerHour: {
      spot: host?.spot?.usdPerHour ?? null,
      'on-demand': host?.onDemand?.usdPerHour ?? null,
      reserved: null,
    },
    outputTokensPerSecond,
    inputTokensPerSecond,
    minReplicas: 1,
    spareReplicas: 0,
  };
}
