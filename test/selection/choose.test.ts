import { instances, models } from '../../config/catalog';
import { choose } from '../../lib/selection/choose';
import { loadSeconds } from '../../lib/selection/candidates';
import { rejections } from '../../lib/selection/rejections';
import { BITS } from '../../lib/sizing/formats';
import { asked, chosenOf, problemOf } from './asked';

test.each([
  ['an 8B at 32 × 16k tokens', {}],
  ['the same at 8 × 4k tokens', { context: 4096, concurrency: 8 }],
  ['a 70B', { model: 'meta-llama/Llama-3.3-70B-Instruct', context: 8192, concurrency: 16 }],
  ['weights published at 4 bits', { model: 'openai/gpt-oss-20b', context: 8192, concurrency: 8 }],
  ['embeddings', { model: 'BAAI/bge-m3', kind: 'embed' as const, context: 8192 }],
])('%s: at least three pools that hold it, the cheapest first', (_, rest) => {
  const { pools, choice, asked: wanted } = chosenOf(rest);
  expect(pools.length).toBeGreaterThanOrEqual(3);
  expect(choice.instanceTypes).toEqual(pools.map(({ instance }) => instance.instanceType));
  for (const { layout, instance } of pools) {
    expect(layout.memory.sequencesAtFullContext).toBeGreaterThanOrEqual(wanted.concurrency);
    expect(instance.gpuCount).toBe(choice.tensorParallel * choice.pipelineParallel);
  }
  const costs = pools.map(({ usdPerUsefulHour }) => usdPerUsefulHour ?? Infinity);
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));
});

test('speed that nobody can use earns nothing, and slowness costs', () => {
  const { sets } = chosenOf({ model: 'meta-llama/Llama-3.3-70B-Instruct', context: 4096, concurrency: 4 });
  for (const { layout, usdPerHour, usdPerUsefulHour } of sets.flatMap(({ candidates }) => candidates)) {
    const slowness = Math.max(1, (layout.speed.timePerOutputTokenMs ?? 0) / 50);
    if (usdPerHour !== null) expect(usdPerUsefulHour).toBeCloseTo(usdPerHour * slowness, 9);
  }
});

test('no other set of three pools is cheaper', () => {
  const { sets } = chosenOf({});
  const means = sets.filter(({ small }) => !small).map(({ meanUsd }) => meanUsd);
  expect(means.length).toBeGreaterThan(3);
  expect(means[0]).toBe(Math.min(...means));
});

test('`quality: high` is at least 8 bits, or what was published; `economy` may be less', () => {
  for (const { id, kind, maxContextTokens, weightFormat } of models) {
    const chosen = choose(
      asked({ model: id, kind, context: Math.min(4096, maxContextTokens ?? 4096), concurrency: 4 }),
    );
    if ('problem' in chosen) continue;
    const { format } = (chosen.pools[0] as (typeof chosen.pools)[0]).layout.variant;
    expect([id, BITS[format.name] >= 8 || format.name === weightFormat]).toEqual([id, true]);
  }
  const small = chosenOf({ model: 'Qwen/Qwen3-32B', quality: 'economy', context: 4096, concurrency: 4 });
  expect(small.sets.map(({ candidates }) => candidates[0]?.layout.variant.format.name)).toContain('int4');
});

test('a number format that is asked for is taken, with weights that have it', () => {
  expect(chosenOf({ quantization: 'fp8' }).choice).toMatchObject({
    quantization: 'fp8',
    checkpoint: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  });
  expect(chosenOf({ quantization: 'bf16' }).choice.checkpoint).toBe('meta-llama/Llama-3.1-8B-Instruct');
});

test('a revision in the name is kept for the weights that it is of', () => {
  expect(chosenOf({ model: 'Qwen/Qwen3-8B@0123abc', quantization: 'bf16', concurrency: 2 }).choice.revision).toBe(
    '0123abc',
  );
  const { choice } = chosenOf({ model: 'meta-llama/Llama-3.1-8B-Instruct@0123abc', quantization: 'fp8' });
  expect(choice.revision).toBeNull();
});

test('listed types are all taken, and nothing else', () => {
  const { choice, pools } = chosenOf({ instances: ['g6e.12xlarge', 'g6.12xlarge'] });
  expect(choice.instanceTypes.toSorted()).toEqual(['g6.12xlarge', 'g6e.12xlarge']);
  expect(pools).toHaveLength(2);
});

test('every type that is not a pool has a reason', () => {
  const chosen = chosenOf({});
  const rejected = rejections(chosen);
  expect(rejected.length + chosen.pools.length).toBe(instances.length);
  const reasonFor = (type: string) => rejected.find(({ instanceType }) => instanceType === type)?.reason;
  expect(reasonFor('g5.xlarge')).toMatch(/its cache holds \d+ of 32 sequences of 16384 tokens/);
  expect(reasonFor('g5g.xlarge')).toMatch(/arm64/);
  expect(reasonFor('g6f.large')).toMatch(/GRID/);
  expect(reasonFor('g7e.2xlarge')).toMatch(/it fits as bf16 on 1 GPU; pools must be interchangeable/);
});

test.each<[string, Parameters<typeof chosenOf>[0], string, RegExp]>([
  [
    'weights that are too large',
    { model: 'deepseek-ai/DeepSeek-V3', context: 4096, concurrency: 2 },
    'g6.48xlarge',
    /weights in fp8 take [\d.]+ GiB of each GPU, and [\d.]+ GiB are free/,
  ],
  [
    'a GPU without the format',
    { quantization: 'fp8', context: 4096, concurrency: 2 },
    'g5.xlarge',
    /compute capability 8.6; fp8 needs 8.9/,
  ],
  ['types that the config leaves out', { instances: ['g6e.12xlarge'] }, 'g6.12xlarge', /the config lists other types/],
])('says of %s', (_, rest, type, said) => {
  expect(rejections(chosenOf(rest)).find(({ instanceType }) => instanceType === type)?.reason).toMatch(said);
});

test.each<[string, Parameters<typeof problemOf>[0], RegExp]>([
  [
    'too much for any host',
    { context: 131_072, concurrency: 4096 },
    /no instance type .* holds .*; what would do, the smallest change first: `concurrency: \d+`/,
  ],
  [
    'a model that nobody knows',
    { model: 'acme/own' },
    /does not know acme\/own; take a name from it, or describe the model in `architecture`/,
  ],
  ['more context than it was trained for', { context: 131_073 }, /`context: 131073` is above .*; the most is 131072/],
  [
    'a row that nobody checked',
    { model: 'llava-hf/llava-1.5-7b-hf', context: 2048 },
    /not verified .*`acceptUnverified: true`/,
  ],
  [
    'a model whose widths are not known',
    { model: 'mistralai/Codestral-22B-v0.1', acceptUnverified: true },
    /does not know enough .*give its `architecture`/,
  ],
  ['a format without weights', { quantization: 'awq' }, /no weights of .* in `awq`; known: bf16, fp8/],
  [
    'types with unequal GPUs',
    { instances: ['g6e.xlarge', 'g6.12xlarge'], concurrency: 2 },
    /cannot run the same engine as .*same number of GPUs.*`instances: auto`/,
  ],
  ['types that hold less', { instances: ['g5.xlarge'] }, /none of g5.xlarge holds .*: `instances: auto`/],
  ['a type without a GPU', { instances: ['m7i.large'] }, /knows no type m7i.large with a GPU; write `instances: auto`/],
  [
    'a type that cannot be a host',
    { instances: ['g5g.xlarge'] },
    /g5g.xlarge cannot be a host: arm64.*`instances: auto`/,
  ],
  ['an architecture with a hole', { architecture: { layers: 2 } }, /`architecture.hiddenSize`: missing; add it/],
])('fails on %s, and says what to do', (_, rest, said) => {
  expect(problemOf(rest)).toMatch(said);
});

test('what a message offers does hold', () => {
  const rest = { model: 'meta-llama/Llama-3.1-70B-Instruct', context: 131_072, concurrency: 512 };
  const [, concurrency = ''] = /`concurrency: (\d+)`/.exec(problemOf(rest)) ?? [];
  expect(chosenOf({ ...rest, concurrency: Number(concurrency) }).pools.length).toBeGreaterThan(0);
  expect(problemOf({ ...rest, concurrency: Number(concurrency) + 1 })).toContain('no instance type');
});

test('an architecture in the config is planned as the catalogue’s own', () => {
  const row = models.find(({ id }) => id === 'Qwen/Qwen3-8B');
  if (row?.architecture == null) throw new Error('no architecture');
  const given = chosenOf({ model: 'own', architecture: { ...row.architecture }, quantization: 'bf16', concurrency: 4 });
  const known = chosenOf({ model: 'Qwen/Qwen3-8B', quantization: 'bf16', concurrency: 4 });
  expect(given.choice.instanceTypes).toEqual(known.choice.instanceTypes);
  expect(given.pools.map(({ layout }) => layout.memory.kvCacheTokens)).toEqual(
    known.pools.map(({ layout }) => layout.memory.kvCacheTokens),
  );
});

test('on demand another price ranks', () => {
  const cheapest = (spot: boolean) => chosenOf({ spot, context: 4096, concurrency: 8 }).pools[0];
  expect(cheapest(false)?.usdPerHour).toBe(cheapest(false)?.instance.onDemandUsdPerHour);
  expect(cheapest(true)?.usdPerHour).toBe(cheapest(true)?.instance.spotUsdPerHour);
});

test('the engine is told what its memory was computed with', () => {
  expect(chosenOf({ quantization: 'bf16' }).choice.engineArguments).toEqual(
    expect.arrayContaining(['--gpu-memory-utilization', '0.9', '--max-num-batched-tokens']),
  );
  const online = chosenOf({ model: 'mistralai/Mistral-7B-Instruct-v0.3', quantization: 'fp8', concurrency: 4 });
  expect(online.choice.engineArguments.join(' ')).toMatch(/--quantization fp8_per_tensor/);
  const economy = chosenOf({ quality: 'economy', concurrency: 64 });
  const { kvFormat } = (economy.pools[0] as (typeof economy.pools)[0]).layout.variant;
  expect(economy.choice.engineArguments.includes('--kv-cache-dtype')).toBe(kvFormat === 'fp8');
});

test('a T4 has the memory that its driver reports, not the 16 GiB before error correction', () => {
  const { memory } =
    chosenOf({ model: 'Qwen/Qwen3-0.6B', context: 1024, concurrency: 1, instances: ['g4dn.xlarge'] }).pools[0]
      ?.layout ?? {};
  expect((memory?.usableGiBPerGpu ?? NaN) / 0.9).toBeCloseTo(14.58, 2);
});

test('whatever fits loads in minutes, so that the network need not be a reason', () => {
  const slowest = models.flatMap(({ id, kind, maxContextTokens }) => {
    const chosen = choose(
      asked({ model: id, kind, context: Math.min(4096, maxContextTokens ?? 4096), concurrency: 1 }),
    );
    return 'problem' in chosen ? [] : chosen.sets.flatMap(({ candidates }) => candidates);
  });
  expect(Math.max(...slowest.map(({ instance, layout }) => loadSeconds(instance, layout)))).toBeLessThan(150);
});
