/** GPUs of EC2 by their vendor's data sheets, and the share of it that an engine reaches. */
import { gpus as gpuRows } from './gpus.json';
import type { Sourced } from './sourced';

export interface CatalogGpu extends Sourced {
  readonly gpu: string;
  readonly computeCapability: number;
  /** What an engine sees of each, where that is well below what DescribeInstanceTypes says; `null`: taken as the same. */
  readonly driverMemoryMiB: number | null;
  /** 10^9 bytes a second. */
  readonly memoryBandwidthGBps: number;
  /** Without sparsity; at fp16 where the GPU has no bf16. `null`: not found. */
  readonly denseBf16Tflops: number | null;
  readonly denseFp8Tflops: number | null;
  readonly denseFp4Tflops: number | null;
  /** To the next GPU and one way: PCIe, or NVLink where the instance has it. 10^9 bytes a second. */
  readonly linkGBps: number;
  /** Share of the bandwidth that decode reaches. */
  readonly bandwidthEfficiency: number;
  /** Share of the tensor throughput that prefill reaches, and decode where a large batch makes it compute-bound. */
  readonly prefillMfu: number;
  readonly note: string | null;
}

export const gpus: readonly CatalogGpu[] = gpuRows;
