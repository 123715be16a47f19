/** What a GPU needs besides weights and cache. */
import { defaultBatchedTokens, overheadBytesPerGpu } from '../../lib/sizing/overhead';
import { GIB, LLAMA_8B, sized } from './rows';

const { architecture } = sized(LLAMA_8B);
const one = { maxSequences: 32, maxBatchedTokens: 2048, gpus: 1, tensorParallel: 1 };
const logits = (sequences: number): number => sequences * 128_256 * 4;

test('1.5 GiB and the logits of all sequences', () => {
  expect(overheadBytesPerGpu(architecture, one)).toBe(1.5 * GIB + logits(32));
  expect(overheadBytesPerGpu(architecture, { ...one, maxSequences: 256 })).toBe(1.5 * GIB + logits(256));
});

test('several GPUs need buffers to talk through', () => {
  expect(overheadBytesPerGpu(architecture, { ...one, gpus: 2, tensorParallel: 2 })).toBe(
    1.5 * GIB + logits(32) + 392e6,
  );
});

test('larger batches need activations, which tensor parallelism splits in part', () => {
  const batch = { ...one, maxBatchedTokens: 8192 };
  const extra = overheadBytesPerGpu(architecture, batch) - overheadBytesPerGpu(architecture, one);
  expect(extra).toBe((8192 - 2048) * 2 * (4 * 4096 + 3 * 14_336));
  const split = overheadBytesPerGpu(architecture, { ...batch, tensorParallel: 2 });
  expect(split).toBeLessThan(overheadBytesPerGpu(architecture, batch));
});

// vLLM `get_batch_defaults` (`reference/spot-and-vllm.md` B1).
test.each([
  ['L4', 22_888, 8.9, 2048],
  ['A100 of 80 GB', 81_920, 8.0, 2048],
  ['H100', 81_920, 9.0, 8192],
  ['RTX PRO 6000', 98_304, 12.0, 8192],
  ['B200', 183_359, 10.0, 16_384],
])('%s: %d MiB at %d take %d tokens a batch', (_, memory, capability, tokens) => {
  expect(defaultBatchedTokens(memory, capability)).toBe(tokens);
});
