/** KV cache against the formulas' published results and the engine's own log lines. */
import { cacheTokens, kvCost, sequenceBytes, sequencesThatFit } from '../../lib/sizing/kv-cache';
import { models } from '../../config/catalog';
import { sizedModel } from '../../lib/sizing/model';
import { BF16 } from '../../lib/sizing/formats';
import { maxConcurrency, replicaMemory } from '../../lib/sizing/replica';
import { GIB, LLAMA_2_7B, LLAMA_8B, ONE_GPU, sized } from './rows';
import { sharedModels, testWithSharedData } from './shared-data';

const costOf = (id: string, tensorParallel = 1, format: 'auto' | 'fp8' = 'auto') =>
  kvCost(sized(id).architecture, { tensorParallel, pipelineParallel: 1, format, maxBatchedTokens: 0 });

const known = models.flatMap(({ id, architecture, kvBytesPerTokenBf16 }) =>
  architecture === null ? [] : [[id, architecture, kvBytesPerTokenBf16] as const],
);

test.each(known)('%s: bytes per token as the catalogue states them', (_, architecture, expected) => {
  const cost = kvCost(architecture, { tensorParallel: 1, pipelineParallel: 1, format: 'auto', maxBatchedTokens: 0 });
  expect(cost.bytesPerToken).toBe(expected);
});

// `reference/spot-and-vllm.md` C2.
test.each([
  ['meta-llama/Llama-3.1-8B-Instruct', 131_072],
  ['meta-llama/Llama-3.1-70B-Instruct', 327_680],
  ['meta-llama/Llama-3.1-405B-Instruct', 516_096],
  ['mistralai/Mistral-7B-Instruct-v0.3', 131_072],
  ['mistralai/Mixtral-8x7B-Instruct-v0.1', 131_072],
  ['Qwen/Qwen2.5-7B-Instruct', 57_344],
  ['Qwen/Qwen2.5-32B-Instruct', 262_144],
  ['Qwen/Qwen2.5-72B-Instruct', 327_680],
  ['Qwen/Qwen3-8B', 147_456],
  ['Qwen/Qwen3-32B', 262_144],
  ['Qwen/Qwen3-30B-A3B', 98_304],
  ['Qwen/Qwen3.6-27B', 65_536],
  ['Qwen/Qwen3.5-35B-A3B', 20_480],
  ['deepseek-ai/DeepSeek-V3', 70_272],
  ['google/gemma-2-27b-it', 188_416],
  ['google/gemma-3-27b-it', 81_920],
  ['google/gemma-4-31B-it', 81_920],
  ['allenai/OLMo-2-1124-7B-Instruct', 524_288],
  ['allenai/OLMo-2-1124-13B-Instruct', 819_200],
  ['bigscience/bloom', 4_014_080],
  ['openai/gpt-oss-20b', 24_576],
  ['openai/gpt-oss-120b', 36_864],
  ['microsoft/phi-4', 204_800],
  ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 6144],
])('%s takes %d bytes a token', (id, expected) => {
  expect(costOf(id).bytesPerToken).toBe(expected);
});

testWithSharedData('bytes per token and of full windows are exactly those of the shared data', () => {
  const wrong = sharedModels().flatMap((shared) => {
    const { hf_id, kv_bytes_per_token_bf16: perToken, kv_bytes_per_seq_sliding_bf16_max: window } = shared;
    if (perToken === null) return [];
    const cost = costOf(hf_id);
    const inWindow = cost.windowBytesPerToken * cost.windowTokens;
    return cost.bytesPerToken === perToken && (window === undefined || inWindow === window) ? [] : [hf_id];
  });
  expect(wrong).toEqual([]);
});

describe('log lines of the engine', () => {
  // gateway-api-inference-extension#550: 56.18 GiB for the cache, 7191 blocks of 16 tokens.
  const llama = sizedModel(LLAMA_2_7B);
  const cost = kvCost(LLAMA_2_7B, { ...ONE_GPU, format: 'auto', maxBatchedTokens: 2048 });

  test('56.18 GiB hold 7191 blocks of Llama-2-7B', () => {
    expect(cost.bytesPerToken).toBe(524_288);
    expect(cacheTokens(cost, 56.18 * GIB, 4096)).toBe(7191 * 16);
  });

  test('on an H100 its tokens are predicted within 3 %', () => {
    if (llama === null) throw new Error('not sized');
    const { weightGiB, kvCacheTokens } = replicaMemory({
      model: llama,
      format: BF16,
      split: ONE_GPU,
      gpu: { gpuMemoryMiBEach: 81_920, gpuComputeCapability: 9 },
      contextTokens: 4096,
    });
    expect(weightGiB).toBeCloseTo(12.55, 2);
    expect(Math.abs(kvCacheTokens - 7191 * 16) / (7191 * 16)).toBeLessThan(0.03);
  });

  // vLLM #20264: "Maximum concurrency for 131,072 tokens per request: 4.68x" of 613,024 tokens.
  test('613,024 tokens are 4.68 sequences of 131,072', () => {
    const { bytesPerToken } = costOf(LLAMA_8B);
    expect(sequencesThatFit(costOf(LLAMA_8B), 613_024 * bytesPerToken, 131_072)).toBeCloseTo(4.68, 2);
  });
});

test('heads are dealt out over GPUs, and copied once there are more GPUs than heads', () => {
  const perGpu = [1, 2, 4, 8, 16].map((gpus) => costOf(LLAMA_8B, gpus).bytesPerToken);
  expect(perGpu).toEqual([131_072, 65_536, 32_768, 16_384, 16_384]);
});

test('the latent of latent attention is copied to every GPU', () => {
  expect(costOf('deepseek-ai/DeepSeek-V3', 8).bytesPerToken).toBe(70_272);
});

test('over all GPUs, copies count', () => {
  const memory = (id: string, tensorParallel: number) =>
    replicaMemory({
      model: sized(id),
      format: BF16,
      split: { tensorParallel, pipelineParallel: 1 },
      gpu: { gpuMemoryMiBEach: 183_359, gpuComputeCapability: 10 },
      contextTokens: 4096,
    }).kvBytesPerToken;
  expect(memory(LLAMA_8B, 8)).toBe(131_072);
  expect(memory('Qwen/Qwen3-30B-A3B', 8)).toBe(2 * 98_304);
  expect(memory('deepseek-ai/DeepSeek-V3', 8)).toBe(8 * 70_272);
});

test('a cache in fp8 takes half', () => {
  expect(costOf(LLAMA_8B, 1, 'fp8').bytesPerToken).toBe(131_072 / 2);
});

test('sequences take whole blocks of 16 tokens', () => {
  const cost = costOf(LLAMA_8B);
  expect([1, 16, 17].map((tokens) => sequenceBytes(cost, tokens) / cost.bytesPerToken)).toEqual([16, 16, 32]);
});

test('windows stop growing, with one batch on its way in', () => {
  const cost = kvCost(sized('google/gemma-3-27b-it').architecture, {
    ...ONE_GPU,
    format: 'auto',
    maxBatchedTokens: 2048,
  });
  const growth = (tokens: number) => sequenceBytes(cost, tokens + 16) - sequenceBytes(cost, tokens);
  expect(cost.windowTokens).toBe(1024 + 2048);
  expect(growth(1024)).toBe(16 * (cost.bytesPerToken + cost.windowBytesPerToken));
  expect(growth(1024 + 2048)).toBe(16 * cost.bytesPerToken);
});

test('linear layers keep a state of fixed size: 48 layers of Qwen3.6-27B hold 154 MB a sequence', () => {
  const { bytesPerSequence, bytesPerToken } = costOf('Qwen/Qwen3.6-27B');
  expect(bytesPerSequence).toBe(48 * (48 * 128 * 128 * 4 + (2 * 16 * 128 + 48 * 128) * 3 * 2));
  expect(sequenceBytes(costOf('Qwen/Qwen3.6-27B'), 16)).toBe(bytesPerSequence + 16 * bytesPerToken);
});

test('an encoder keeps nothing, so any number of sequences fits', () => {
  const memory = replicaMemory({
    model: sized('BAAI/bge-m3'),
    format: BF16,
    split: ONE_GPU,
    gpu: { gpuMemoryMiBEach: 22_888, gpuComputeCapability: 8.9 },
    contextTokens: 8192,
  });
  expect(memory).toMatchObject({ kvBytesPerToken: 0, kvCacheTokens: Infinity, sequencesAtFullContext: Infinity });
});

test('what does not fit holds nothing', () => {
  const memory = replicaMemory({
    model: sized('meta-llama/Llama-3.3-70B-Instruct'),
    format: BF16,
    split: ONE_GPU,
    gpu: { gpuMemoryMiBEach: 22_888, gpuComputeCapability: 8.9 },
    contextTokens: 8192,
  });
  expect(memory.kvGiBPerGpu).toBeLessThan(0);
  expect(memory).toMatchObject({ kvCacheTokens: 0, sequencesAtFullContext: 0 });
  expect(maxConcurrency(memory, 16)).toBe(0);
});
