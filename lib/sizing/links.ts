/** What the GPUs of one replica lose by talking to one another, in milliseconds. */
import type { CatalogGpu } from '../../config/catalog';

export interface LinkedGpu {
  readonly gpuFacts: Pick<CatalogGpu, 'linkGBps'>;
  readonly interconnect: 'single' | 'pcie' | 'nvlink';
}

/**
 * One exchange, and the share of the link that it reaches. Assumed: GPUs of the G families reach one another through the
 * host's memory, which halves PCIe.
 */
const LINK = {
  single: { latencyMs: 0, efficiency: 1 },
  pcie: { latencyMs: 0.03, efficiency: 0.5 },
  nvlink: { latencyMs: 0.01, efficiency: 0.8 },
} as const;

/** Two a layer, after attention and after the feed-forward, each of 16-bit activations in a ring. */
export function allReduceMs(
  gpu: LinkedGpu,
  layers: number,
  hiddenSize: number,
  tokens: number,
  tensorParallel: number,
): number {
  if (tensorParallel === 1) return 0;
  const { latencyMs, efficiency } = LINK[gpu.interconnect];
  const bytes = (2 * (tensorParallel - 1) * tokens * hiddenSize * 2) / tensorParallel;
  return 2 * layers * (latencyMs + bytes / (gpu.gpuFacts.linkGBps * efficiency * 1e6));
}

/** From each pipeline stage to the next. */
export function stageHandOverMs(gpu: LinkedGpu, hiddenSize: number, tokens: number, pipelineParallel: number): number {
  const { latencyMs, efficiency } = LINK[gpu.interconnect];
  const bytes = tokens * hiddenSize * 2;
  return (pipelineParallel - 1) * (latencyMs + bytes / (gpu.gpuFacts.linkGBps * efficiency * 1e6));
}
