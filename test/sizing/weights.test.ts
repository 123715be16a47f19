/** Weight bytes against the sizes of published files. */
import { BF16, bytesPerParameter, ONLINE_FP8 } from '../../lib/sizing/formats';
import { adapterBytesPerGpu } from '../../lib/sizing/adapters';
import { weightBytes, weightBytesPerGpu } from '../../lib/sizing/weights';
import { checkpoint, GIB, LLAMA_8B, published, sized, SIZED } from './rows';

const gib = (id: string, format: Parameters<typeof weightBytes>[1]): number => weightBytes(sized(id), format) / GIB;

// `reference/spot-and-vllm.md` C1 and kaito's catalogue: the files hold drafting heads too, which are not loaded.
test.each([
  ['meta-llama/Llama-3.1-8B-Instruct', BF16, 14.96, 0],
  ['Qwen/Qwen3-8B', checkpoint('Qwen/Qwen3-8B-AWQ'), 5.68, 0],
  ['Qwen/Qwen3.6-35B-A3B', checkpoint('Qwen/Qwen3.6-35B-A3B-FP8'), 34.9, 1],
  ['Qwen/Qwen3.5-122B-A10B', checkpoint('Qwen/Qwen3.5-122B-A10B-GPTQ-Int4'), 73.47, 2],
  ['deepseek-ai/DeepSeek-V3.2', checkpoint('deepseek-ai/DeepSeek-V3.2'), 642.14, 1],
  ['microsoft/phi-4', checkpoint('RedHatAI/phi-4-FP8-dynamic'), 15.7e9 / GIB, 0],
  // The hub holds these weights twice.
  ['openai/gpt-oss-20b', checkpoint('openai/gpt-oss-20b'), 25.63 / 2, 0],
  ['openai/gpt-oss-120b', checkpoint('openai/gpt-oss-120b'), 121.54 / 2, 0],
])('%s as published has the bytes of its file within 1 % (%#)', (id, format, expected, draftBytes) => {
  const draft = ((sized(id).architecture.unloadedParameters ?? 0) * draftBytes) / GIB;
  const got = gib(id, format) + draft;
  expect(Math.abs(got - expected) / expected).toBeLessThan(0.01);
});

const withFile = SIZED.filter(({ model, size }) => model.weightFileGiB !== null && size.counted);

test.each(withFile.map(({ model, size }) => [model.id, model, size] as const))(
  '%s: bytes of the published file, within 0.2 % at 16 bits and 0.6 % below',
  (_, model, size) => {
    const format = published(model);
    const draft = (size.architecture.unloadedParameters ?? 0) * (format.name === 'fp8' ? 1 : 2);
    const got = (weightBytes(size, format) + draft) / GIB;
    expect(Math.abs(got - (model.weightFileGiB ?? 0)) / (model.weightFileGiB ?? 0)).toBeLessThan(
      format.name === 'bf16' ? 0.002 : 0.006,
    );
  },
);

// `reference/spot-and-vllm.md` C1; int4 is said to be about 0.53, the file of Qwen3-8B-AWQ says 0.52.
test.each([
  ['bf16', BF16, 2],
  ['fp8 by tensor', ONLINE_FP8, 1],
  ['fp8 in blocks of 128', checkpoint('Qwen/Qwen3-32B-FP8'), 1 + 4 / 128 ** 2],
  ['int8', checkpoint('RedHatAI/phi-4-quantized.w8a8'), 1],
  ['int4 in groups of 128', checkpoint('Qwen/Qwen3-8B-AWQ'), 0.51953125],
  ['nvfp4', checkpoint('nvidia/Qwen3-32B-NVFP4'), 0.5625],
  ['mxfp4', checkpoint('openai/gpt-oss-20b'), 0.53125],
])('%s: bytes of a parameter with its share of the scales', (_, format, bytes) => {
  expect(bytesPerParameter(format)).toBe(bytes);
});

test('embeddings and head stay at 16 bits', () => {
  const { parameters } = sized(LLAMA_8B);
  expect(weightBytes(sized(LLAMA_8B), ONLINE_FP8)).toBe(
    parameters.linear + 2 * (parameters.tokenTable + parameters.outputHead),
  );
});

test('a format that shrinks experts alone leaves a dense model as it is', () => {
  const experts = checkpoint('openai/gpt-oss-20b');
  expect(gib(LLAMA_8B, experts)).toBe(gib(LLAMA_8B, BF16));
});

test('a model of unknown parts is not taken to shrink, one published at 8 bits weighs what its file does', () => {
  expect(gib('ibm-granite/granite-4.1-8b', ONLINE_FP8)).toBeCloseTo(16.38, 2);
  const medium = 'mistralai/Mistral-Medium-3.5-128B';
  expect(gib(medium, checkpoint(medium))).toBeCloseTo(124.43, 2);
});

test('tensor parallelism halves what a GPU holds; pipeline stages round layers up', () => {
  const model = sized(LLAMA_8B);
  const whole = weightBytesPerGpu(model, BF16, { tensorParallel: 1, pipelineParallel: 1 });
  expect(whole).toBe(weightBytes(model, BF16));
  expect(weightBytesPerGpu(model, BF16, { tensorParallel: 2, pipelineParallel: 1 })).toBe(whole / 2);
  const third = weightBytesPerGpu(model, BF16, { tensorParallel: 1, pipelineParallel: 3 });
  const layers = model.parameters.linear * 2;
  expect(third).toBe((layers * 11) / 32 + 2 * model.parameters.tokenTable);
});

test('adapters: rank × (in + out) of each linear layer, in 16 bits', () => {
  const { architecture } = sized(LLAMA_8B);
  const [hidden, kv, width] = [4096, 1024, 14_336];
  const inAndOut = 4 * hidden + 2 * (hidden + kv) + 3 * (hidden + width);
  expect(adapterBytesPerGpu(architecture, { count: 2, rank: 16 }, { tensorParallel: 1, pipelineParallel: 1 })).toBe(
    2 * 32 * 16 * inAndOut * 2,
  );
  expect(adapterBytesPerGpu(architecture, { count: 0, rank: 16 }, { tensorParallel: 1, pipelineParallel: 1 })).toBe(0);
});
