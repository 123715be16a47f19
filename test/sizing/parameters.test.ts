/** Parameter counts against what is published of them. */
import { sized, row, SIZED } from './rows';
import { sharedModels, testWithSharedData } from './shared-data';

const billions = (id: string): number => sized(id).parameters.total / 1e9;
const off = (got: number, expected: number): number => Math.abs(got - expected) / expected;

// `reference/spot-and-vllm.md` C1.
test.each([
  ['meta-llama/Llama-3.1-70B-Instruct', 70.552],
  ['mistralai/Mixtral-8x7B-Instruct-v0.1', 46.703],
  ['Qwen/Qwen3-30B-A3B', 30.532],
  ['Qwen/Qwen3-235B-A22B', 235.093],
  ['openai/gpt-oss-120b', 116.789],
  ['openai/gpt-oss-20b', 20.908],
  ['bigscience/bloom', 176.234],
  ['Qwen/Qwen3-Coder-480B-A35B-Instruct', 480.154],
])('%s has %d billion parameters', (id, expected) => {
  expect(billions(id)).toBeCloseTo(expected, 3);
});

test('latent attention: DeepSeek-V3 has 671.03 billion', () => {
  expect(billions('deepseek-ai/DeepSeek-V3')).toBeCloseTo(671.03, 1);
});

/** Rows whose stated count is the number in the name, further off than its last digit. Held to something exact instead. */
const NAME_ONLY: Readonly<Record<string, { readonly billion: number; readonly why: string }>> = {
  'meta-llama/Llama-4-Maverick-17B-128E-Instruct': { billion: 402, why: 'the name says 400B, the hub counts 402B' },
  'mistralai/Ministral-3-8B-Instruct-2512': { billion: 8.92, why: 'the name leaves out head and vision tower; file' },
  'Qwen/Qwen3.5-122B-A10B': {
    billion: 122.563,
    why: 'the name leaves out the vision tower; file less the drafting head',
  },
  'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': { billion: 31.579, why: 'the name says 30B; file of 58.82 GiB' },
  'moonshotai/Kimi-K2-Instruct': { billion: 1026.41, why: 'the name says 1T; counted in shared/data/models.json' },
};

const counted = SIZED.filter(({ size }) => size.counted);

test('most rows are counted, not taken as stated', () => {
  expect(counted.length).toBeGreaterThanOrEqual(75);
});

test.each(counted.map(({ model, size }) => [model.id, model, size] as const))(
  '%s: counted and stated agree within 0.3 %, or what the stated figure is rounded to',
  (id, model, size) => {
    const total = size.parameters.total / 1e9;
    const expected = NAME_ONLY[id]?.billion ?? model.paramsBillion;
    if (expected === null) return;
    const decimals = String(expected).split('.')[1]?.length ?? 0;
    expect(Math.abs(total - expected)).toBeLessThanOrEqual(Math.max(0.003 * expected, 0.5 * 10 ** -decimals));
  },
);

test.each(['Qwen/Qwen3-30B-A3B', 'mistralai/Mixtral-8x7B-Instruct-v0.1', 'openai/gpt-oss-20b'])(
  '%s: what one token passes is far less than all',
  (id) => {
    const { active, total, experts } = sized(id).parameters;
    expect(active).toBeLessThan(total - experts * 0.7);
    expect(off(active / 1e9, row(id).activeParamsBillion ?? 0)).toBeLessThan(0.2);
  },
);

/** Not comparable, with why. */
const SHARED_EXCUSED: Readonly<Record<string, string>> = {
  'google/gemma-4-31B-it': 'counted there as if global layers had the shape of windowed ones; ours gives the file size',
};

testWithSharedData('counts of the text models agree with those of the shared data within 0.3 %', () => {
  const compared = sharedModels().flatMap(({ hf_id, params_computed_b }) => {
    if (params_computed_b === undefined || hf_id in SHARED_EXCUSED) return [];
    const { total, other } = sized(hf_id).parameters;
    return [{ hf_id, off: off((total - other) / 1e9, params_computed_b) }];
  });
  expect(compared.length).toBeGreaterThanOrEqual(49);
  expect(compared.filter((one) => one.off > 0.003)).toEqual([]);
});

testWithSharedData('active counts agree with those of the shared data within 0.3 %', () => {
  const compared = sharedModels().flatMap(({ hf_id, active_params_computed_b }) => {
    if (active_params_computed_b === undefined) return [];
    const { active, other } = sized(hf_id).parameters;
    return [{ hf_id, off: off((active - other) / 1e9, active_params_computed_b) }];
  });
  expect(compared.length).toBeGreaterThanOrEqual(8);
  expect(compared.filter((one) => one.off > 0.003)).toEqual([]);
});
