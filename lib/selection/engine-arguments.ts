/** What the engine must be told so that it runs as the plan sized it. The rest of its command line is the host's. */
import type { FleetAsked } from '../../config/lock';
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../sizing/replica';
import type { Candidate } from './candidates';

export function engineArguments(pools: readonly Candidate[], { adapters }: FleetAsked): readonly string[] {
  const [first] = pools;
  if (first === undefined) throw new Error('a choice has at least one pool');
  const { variant, split, dtype } = first.layout;
  // One command line for all pools: the smallest batch needs the least memory on each of them.
  const batched = Math.min(...pools.map(({ layout }) => layout.memory.maxBatchedTokens));
  return [
    ...(split.pipelineParallel > 1 ? ['--pipeline-parallel-size', String(split.pipelineParallel)] : []),
    ...(variant.online && variant.format.vllmQuantization !== null
      ? ['--quantization', variant.format.vllmQuantization]
      : []),
    ...(dtype === 'half' ? ['--dtype', 'half'] : []),
    ...(variant.kvFormat === 'fp8' ? ['--kv-cache-dtype', 'fp8'] : []),
    ...['--gpu-memory-utilization', String(DEFAULT_GPU_MEMORY_UTILIZATION)],
    ...['--max-num-batched-tokens', String(batched)],
    ...(adapters > 0 ? ['--max-lora-rank', '16'] : []),
  ];
}
