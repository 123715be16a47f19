/** EC2 instance types with GPUs: hardware, the GPU's data sheet and the price of the snapshot, joined. */
import { type CatalogGpu, gpus } from './gpus';
import { type HostPrice, hostPrices, type InterruptionBucket } from './host-prices';
import instanceRows from './instances.json';
import type { Sourced } from './sourced';

export interface CatalogInstance extends InstanceHardware {
  /** NVIDIA's compute capability; FP8 needs 8.9. */
  readonly gpuComputeCapability: number;
  readonly gpuFacts: CatalogGpu;
  /** Of the prices. */
  readonly region: string;
  /** `null`: the snapshot has none for the region. */
  readonly onDemandUsdPerHour: number | null;
  /** A typical hour. `null`: not in the snapshot. */
  readonly spotUsdPerHour: number | null;
  readonly interruptedPerMonth: InterruptionBucket | null;
}

export interface InstanceHardware extends Sourced {
  readonly instanceType: string;
  readonly gpu: string;
  readonly gpuCount: number;
  /** Share of a physical GPU that each of them is: 1, but for g6f and gr6f. */
  readonly gpuFraction: number;
  /** As DescribeInstanceTypes reports it, not the marketing figure. Of the share, where it is one. */
  readonly gpuMemoryMiBEach: number;
  /** How the GPUs of the instance reach one another; `single`: there is but one. */
  readonly interconnect: 'single' | 'pcie' | 'nvlink';
  readonly vcpu: number;
  readonly ramGiB: number;
  readonly arch: 'amd64' | 'arm64';
  /** 0: none. */
  readonly localNvmeGB: number;
  /** What it has without burst credits. */
  readonly networkGbpsBaseline: number;
  /** Why our image and engine do not run on it; `null`: they do. */
  readonly unfit: string | null;
}

/** A type of which only the name is known, so that a config that names it is told why it cannot be planned. */
export interface UnknownInstance extends Sourced {
  readonly instanceType: string;
  readonly gpu: string;
  readonly missing: string;
}

const gpuOf = new Map(gpus.map((gpu) => [gpu.gpu, gpu]));
const priceOf = new Map<string, HostPrice>(hostPrices.map((price) => [price.instanceType, price]));
const DEFAULT_REGION = 'us-east-1';

export const instances: readonly CatalogInstance[] = (instanceRows.instances as readonly InstanceHardware[]).map(
  (row) => {
    const gpuFacts = gpuOf.get(row.gpu);
    if (gpuFacts === undefined) throw new Error(`catalogue: ${row.instanceType} has a GPU without a row, ${row.gpu}`);
    const price = priceOf.get(row.instanceType);
    return {
      ...row,
      gpuComputeCapability: gpuFacts.computeCapability,
      gpuFacts,
      region: price?.region ?? DEFAULT_REGION,
      onDemandUsdPerHour: price?.onDemand?.usdPerHour ?? null,
      spotUsdPerHour: price?.spot?.usdPerHour ?? null,
      interruptedPerMonth: price?.interruptedPerMonth ?? null,
    };
  },
);

export const unknownInstances: readonly UnknownInstance[] = instanceRows.unknown;
