import type { FleetAsked } from '../../config/lock';
import { choose } from '../../lib/selection/choose';

const asked = (rest: Partial<FleetAsked> = {}): FleetAsked => ({
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  context: 16_384,
  concurrency: 32,
  quality: 'high',
  quantization: null,
  instances: 'auto',
  ...rest,
});

const choiceOf = (rest: Partial<FleetAsked>) => {
  const chosen = choose(asked(rest));
  if (!('choice' in chosen)) throw new Error(chosen.problem);
  return chosen.choice;
};

test.each([
  // 15 GiB of weights and 64 GiB of KV cache: one GPU of 96 GB.
  ['an 8B at 32 × 16k tokens', {}, 'bf16', 1, ['g7e.2xlarge', 'g7e.4xlarge', 'g7e.8xlarge']],
  // 15 GiB and 4 GiB do not fit 20 GiB usable at 16 bits with its reserve, but they do at 8.
  ['the same at 8 × 4k tokens', { context: 4096, concurrency: 8 }, 'fp8', 1, ['g6.xlarge', 'g6.2xlarge', 'g6.4xlarge']],
  [
    'weights published at 4 bits',
    { model: 'openai/gpt-oss-20b', context: 8192, concurrency: 8 },
    'mxfp4',
    1,
    ['g6.xlarge'],
  ],
])('%s', (_, rest, quantization, tensorParallel, first) => {
  const choice = choiceOf(rest);
  expect(choice).toMatchObject({ quantization, tensorParallel });
  expect(choice.instanceTypes.slice(0, first.length)).toEqual(first);
});

test('a 70B is spread over the GPUs of one host', () => {
  const choice = choiceOf({ model: 'meta-llama/Llama-3.3-70B-Instruct', context: 8192, concurrency: 16 });
  expect(choice.tensorParallel).toBeGreaterThan(1);
});

test('pools of one choice all have the same number of GPUs', () => {
  for (const model of ['Qwen/Qwen3-32B', 'openai/gpt-oss-120b', 'mistralai/Mistral-7B-Instruct-v0.3']) {
    const { tensorParallel, instanceTypes } = choiceOf({ model, concurrency: 4 });
    expect(instanceTypes.length).toBeGreaterThan(0);
    expect(tensorParallel).toBeGreaterThan(0);
  }
});

test('a revision in the name is kept', () => {
  expect(choiceOf({ model: 'Qwen/Qwen3-8B@0123abc', concurrency: 2 }).revision).toBe('0123abc');
});

test('listed types are taken as they are', () => {
  expect(choiceOf({ instances: ['g6e.12xlarge', 'g6.12xlarge'] })).toEqual({
    revision: null,
    quantization: 'bf16',
    tensorParallel: 4,
    instanceTypes: ['g6e.12xlarge', 'g6.12xlarge'],
  });
});

test.each([
  [
    'too much for any host',
    { context: 131_072, concurrency: 512 },
    /no instance type .* holds .* lower `concurrency` or `context`, or take a smaller model$/,
  ],
  ['a model of unknown size', { model: 'acme/own' }, /does not know the size of acme\/own; list instance types/],
  ['a format of unknown size', { quantization: 'awq' }, /`awq` is not known \(known: bf16, fp8, mxfp4\)/],
  ['types with unequal GPUs', { instances: ['g6.xlarge', 'g6.12xlarge'] }, /have 1, 4 GPUs.*same number of GPUs/],
])('fails on %s, and says what to do', (_, rest, said) => {
  const chosen = choose(asked(rest));
  expect('problem' in chosen ? chosen.problem : '').toMatch(said);
});
