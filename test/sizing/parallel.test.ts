/** Which cuts over GPUs an engine takes. */
import { BF16, formatFit, ONLINE_FP8 } from '../../lib/sizing/formats';
import { splitProblem, tensorParallelSizes } from '../../lib/sizing/parallel';
import { checkpoint, sized } from './rows';
import { sharedModels, testWithSharedData } from './shared-data';

const sizes = (id: string, format = BF16): number[] => tensorParallelSizes(sized(id).architecture, format);

// `reference/spot-and-vllm.md` C1.
test.each([
  ['Qwen/Qwen2.5-7B-Instruct', [1, 2, 4]],
  ['bigcode/starcoder2-7b', [1, 2, 4]],
  ['Qwen/Qwen2.5-0.5B-Instruct', [1, 2]],
  ['meta-llama/Llama-4-Scout-17B-16E-Instruct', [1, 2, 4, 8]],
  ['deepseek-ai/DeepSeek-V3', [1, 2, 4, 8]],
])('%s on %j GPUs', (id, expected) => {
  expect(sizes(id)).toEqual(expected);
});

test('heads of keys and values are dealt out evenly: 10 of phi-4 go on 2 GPUs, not on 4', () => {
  expect(sizes('microsoft/phi-4')).toEqual([1, 2]);
  expect(splitProblem(sized('microsoft/phi-4').architecture, BF16, { tensorParallel: 4, pipelineParallel: 1 })).toBe(
    'kv-heads',
  );
});

test.each([
  ['Qwen/Qwen3-30B-A3B', checkpoint('Qwen/Qwen3-30B-A3B-FP8'), [1, 2]],
  ['Qwen/Qwen3-30B-A3B', checkpoint('RedHatAI/Qwen3-30B-A3B-quantized.w4a16'), [1, 2]],
  ['Qwen/Qwen3-235B-A22B', checkpoint('Qwen/Qwen3-30B-A3B-FP8'), [1, 2, 4]],
  ['openai/gpt-oss-20b', checkpoint('openai/gpt-oss-20b'), [1, 2, 4, 8]],
  ['Qwen/Qwen3-30B-A3B', ONLINE_FP8, [1, 2, 4, 8]],
])('%s: groups that share a scale stay whole (%#)', (id, format, expected) => {
  expect(sizes(id, format)).toEqual(expected);
});

test('no more pipeline stages than layers', () => {
  const { architecture } = sized('Qwen/Qwen3-8B');
  expect(splitProblem(architecture, BF16, { tensorParallel: 1, pipelineParallel: 37 })).toBe('layers');
  expect(splitProblem(architecture, BF16, { tensorParallel: 1, pipelineParallel: 5 })).toBeNull();
});

testWithSharedData('valid sizes are among those of the shared data, which look at attention heads alone', () => {
  const wrong = sharedModels().flatMap(({ hf_id, tp_sizes_valid }) => {
    if (tp_sizes_valid === null || hf_id === 'deepseek-ai/DeepSeek-V4-Flash') return [];
    return sizes(hf_id).every((size) => tp_sizes_valid.includes(size)) ? [] : [hf_id];
  });
  expect(wrong).toEqual([]);
});

test.each([
  ['bf16', 7.5, { runs: true, dtype: 'half' }],
  ['bf16', 8.6, { runs: true, dtype: 'auto' }],
  ['fp8', 8.6, { runs: false, needsComputeCapability: 8.9 }],
  ['fp8', 8.9, { runs: true, dtype: 'auto' }],
  ['int4', 7.5, { runs: false, needsComputeCapability: 8 }],
  ['mxfp4', 7.5, { runs: false, needsComputeCapability: 8 }],
  ['nvfp4', 9.0, { runs: false, needsComputeCapability: 10 }],
  ['nvfp4', 12.0, { runs: true, dtype: 'auto' }],
] as const)('%s at compute capability %d', (name, capability, expected) => {
  expect(formatFit(name, capability)).toEqual(expected);
});

test('weights packed by AWQ run on a T4, those of compressed-tensors do not', () => {
  expect(formatFit(checkpoint('Qwen/Qwen3-8B-AWQ'), 7.5)).toEqual({ runs: true, dtype: 'half' });
  expect(formatFit(checkpoint('Qwen/Qwen3-8B-AWQ'), 7.0)).toEqual({ runs: false, needsComputeCapability: 7.5 });
  expect(formatFit(checkpoint('RedHatAI/phi-4-quantized.w4a16'), 7.5)).toEqual({
    runs: false,
    needsComputeCapability: 8,
  });
});
