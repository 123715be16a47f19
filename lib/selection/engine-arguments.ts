/** What the engine must be told of the model, and so that it runs as the plan sized it. The rest of its command line is the host's. */
import { parsersOf } from '../../config/catalog';
import type { FleetAsked } from '../../config/lock';
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../sizing/replica';
import type { Candidate } from './candidates';
import type { ModelFacts } from './model-facts';

export function engineArguments(
  pools: readonly Candidate[],
  { kind, adapters }: FleetAsked,
  { row }: Pick<ModelFacts, 'row'>,
): readonly string[] {
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
    // Whose architecture the config gives is not known well enough to say how it writes.
    ...(kind === 'chat' && row !== null ? parserArguments(row.id) : []),
  ];
}

/** Without them a request with tools is refused, and reasoning comes in the midst of the answer. */
function parserArguments(model: string): readonly string[] {
  const { toolParser = null, reasoningParser = null } = parsersOf(model) ?? {};
  return [
    ...(toolParser === null ? [] : ['--enable-auto-tool-choice', '--tool-call-parser', toolParser]),
    ...(reasoningParser === null ? [] : ['--reasoning-parser', reasoningParser]),
  ];
}
