/** What holds for any model, cut and GPU. */
import fc from 'fast-check';
import { instances } from '../../config/catalog';
import type { Architecture } from '../../config/catalog/architecture';
import { BF16, ONLINE_FP8, type WeightFormat } from '../../lib/sizing/formats';
import { sequenceBytes } from '../../lib/sizing/kv-cache';
import { sizedModel, type SizedModel } from '../../lib/sizing/model';
import { tensorParallelSizes } from '../../lib/sizing/parallel';
import { maxConcurrency, replicaMemory, type ReplicaOptions } from '../../lib/sizing/replica';
import { decodeMs } from '../../lib/sizing/roofline';
import { weightBytes } from '../../lib/sizing/weights';
import { checkpoint, GIB, SIZED } from './rows';

const INT4: WeightFormat = checkpoint('Qwen/Qwen3-8B-AWQ');
const formats = fc.constantFrom(BF16, ONLINE_FP8, INT4, checkpoint('openai/gpt-oss-20b'));
const tokens = fc.integer({ min: 1, max: 1_048_576 });

const anyArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    layers: fc.integer({ min: 4, max: 96 }),
    kvHeads: fc.constantFrom(1, 2, 4, 8, 10),
    groups: fc.constantFrom(1, 2, 4, 7),
    headDim: fc.constantFrom(64, 128, 256),
    vocabSize: fc.integer({ min: 1000, max: 262_144 }),
    tiedEmbeddings: fc.boolean(),
    widths: fc.integer({ min: 1, max: 300 }),
    window: fc.option(fc.integer({ min: 16, max: 8192 })),
    experts: fc.option(fc.constantFrom(8, 32, 128)),
  })
  .map(({ layers, kvHeads, groups, headDim, vocabSize, tiedEmbeddings, widths, window, experts }) => ({
    layers,
    hiddenSize: kvHeads * groups * headDim,
    vocabSize,
    tiedEmbeddings,
    attentionHeads: kvHeads * groups,
    kvHeads,
    headDim,
    intermediateSize: widths * 96,
    ...(window === null ? {} : { slidingWindow: { layers: Math.floor(layers / 2), tokens: window } }),
    ...(experts === null
      ? {}
      : {
          moe: {
            experts,
            expertsPerToken: 4,
            intermediateSize: widths * 32,
            sharedIntermediateSize: 0,
            denseLayers: 1,
          },
        }),
  }));

const anyModel: fc.Arbitrary<SizedModel> = fc.oneof(
  fc.constantFrom(...SIZED.map(({ size }) => size)),
  anyArchitecture.map((architecture) => {
    const model = sizedModel(architecture);
    if (model === null) throw new Error('not sized');
    return model;
  }),
);

const anyReplica: fc.Arbitrary<ReplicaOptions> = fc.record({
  model: anyModel,
  format: formats,
  split: fc.record({ tensorParallel: fc.constantFrom(1, 2, 4, 8), pipelineParallel: fc.constantFrom(1, 2, 4) }),
  gpu: fc.constantFrom(...instances),
  contextTokens: tokens,
  maxSequences: fc.integer({ min: 1, max: 512 }),
  gpuMemoryUtilization: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
  kvFormat: fc.constantFrom('auto' as const, 'fp8' as const),
  adapters: fc.record({ count: fc.integer({ min: 0, max: 8 }), rank: fc.constantFrom(8, 16, 64) }),
});

test('more context never needs less memory, and never lets more sequences in', () => {
  fc.assert(
    fc.property(anyReplica, tokens, (options, more) => {
      const memory = replicaMemory(options);
      const { contextTokens } = options;
      expect(sequenceBytes(memory.kv, contextTokens + more)).toBeGreaterThanOrEqual(
        sequenceBytes(memory.kv, contextTokens),
      );
      expect(maxConcurrency(memory, contextTokens + more)).toBeLessThanOrEqual(maxConcurrency(memory, contextTokens));
    }),
  );
});

test('no replica exceeds the usable memory of a GPU, which is less than the GPU has', () => {
  fc.assert(
    fc.property(anyReplica, (options) => {
      const memory = replicaMemory(options);
      const { gpuMemoryMiBEach } = options.gpu;
      expect(memory.usableGiBPerGpu).toBeLessThan(gpuMemoryMiBEach / 1024);
      if (memory.kvGiBPerGpu < 0) return;
      const sequences = Math.floor(memory.sequencesAtFullContext);
      const cache = sequences === Infinity ? 0 : sequences * sequenceBytes(memory.kv, options.contextTokens);
      const used = memory.weightGiBPerGpu + memory.adapterGiBPerGpu + memory.overheadGiBPerGpu + cache / GIB;
      expect(used).toBeLessThanOrEqual(memory.usableGiBPerGpu * (1 + 1e-9));
    }),
  );
});

test('the GPUs of a replica hold all of its weights', () => {
  fc.assert(
    fc.property(anyReplica, (options) => {
      const { tensorParallel, pipelineParallel } = options.split;
      const memory = replicaMemory(options);
      expect(memory.weightGiBPerGpu * tensorParallel * pipelineParallel).toBeGreaterThanOrEqual(
        memory.weightGiB * (1 - 1e-9),
      );
    }),
  );
});

test('every valid tensor-parallel size divides the heads and deals out keys and values evenly', () => {
  fc.assert(
    fc.property(anyModel, formats, ({ architecture }, format) => {
      for (const size of tensorParallelSizes(architecture, format)) {
        expect(architecture.attentionHeads % size).toBe(0);
        if (architecture.mla !== undefined) continue;
        const { kvHeads } = architecture;
        expect(kvHeads >= size ? kvHeads % size : size % kvHeads).toBe(0);
      }
    }),
  );
});

test('fewer bits never weigh more, and a cache in fp8 never more than at 16 bits', () => {
  fc.assert(
    fc.property(anyReplica, (options) => {
      const { model } = options;
      expect(weightBytes(model, ONLINE_FP8)).toBeLessThanOrEqual(weightBytes(model, BF16));
      expect(weightBytes(model, INT4)).toBeLessThanOrEqual(weightBytes(model, ONLINE_FP8));
      const wide = replicaMemory({ ...options, kvFormat: 'auto' });
      const narrow = replicaMemory({ ...options, kvFormat: 'fp8' });
      expect(narrow.kvCacheTokens).toBeGreaterThanOrEqual(wide.kvCacheTokens);
    }),
  );
});

test('a larger batch or a longer context never decodes faster', () => {
  fc.assert(
    fc.property(
      anyReplica,
      fc.integer({ min: 1, max: 256 }),
      fc.integer({ min: 1, max: 256 }),
      (options, batch, more) => {
        const speed = { ...options, gpu: options.gpu as (typeof instances)[number] };
        const now = decodeMs(speed, batch, options.contextTokens);
        expect(decodeMs(speed, batch + more, options.contextTokens)).toBeGreaterThanOrEqual(now);
        expect(decodeMs(speed, batch, options.contextTokens + more)).toBeGreaterThanOrEqual(now);
      },
    ),
  );
});
