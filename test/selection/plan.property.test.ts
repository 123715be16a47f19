/** What holds of every plan, whatever is asked for. */
import * as fc from 'fast-check';
import { models } from '../../config/catalog';
import type { FleetAsked } from '../../config/lock';
import type { Candidate } from '../../lib/selection/candidates';
import { type Chosen, choose } from '../../lib/selection/choose';
import { formatFit } from '../../lib/sizing/formats';
import { asked } from './asked';

const known = models.filter(({ architecture, verified }) => architecture !== null && verified);

const anyAsked = fc
  .record({
    row: fc.constantFrom(...known),
    context: fc.integer({ min: 1, max: 131_072 }),
    concurrency: fc.integer({ min: 1, max: 256 }),
    quality: fc.constantFrom('high' as const, 'economy' as const),
    spot: fc.boolean(),
    adapters: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ row, context, ...rest }) =>
    asked({ ...rest, model: row.id, kind: row.kind, context: Math.min(context, row.maxContextTokens ?? context) }),
  );

const chosenOf = (wanted: FleetAsked): Chosen | null => {
  const chosen = choose(wanted);
  return 'problem' in chosen ? null : chosen;
};

const all = ({ sets }: Chosen): readonly Candidate[] => sets.flatMap(({ candidates }) => candidates);

const RUNS = { numRuns: 30 };

test('no layout takes more than a GPU has for it, and each holds what is asked for', () => {
  fc.assert(
    fc.property(anyAsked, (wanted) => {
      for (const { layout, instance } of chosenOf(wanted)?.sets.flatMap(({ candidates }) => candidates) ?? []) {
        const { weightGiBPerGpu, adapterGiBPerGpu, overheadGiBPerGpu, kvGiBPerGpu, usableGiBPerGpu } = layout.memory;
        expect(weightGiBPerGpu + adapterGiBPerGpu + overheadGiBPerGpu + kvGiBPerGpu).toBeLessThanOrEqual(
          usableGiBPerGpu + 1e-6,
        );
        expect(usableGiBPerGpu).toBeLessThanOrEqual(instance.gpuMemoryMiBEach / 1024);
        expect(kvGiBPerGpu).toBeGreaterThanOrEqual(0);
        expect(layout.memory.sequencesAtFullContext).toBeGreaterThanOrEqual(wanted.concurrency);
      }
    }),
    RUNS,
  );
});

test('every cut divides the heads, uses all GPUs, and every GPU runs the format', () => {
  fc.assert(
    fc.property(anyAsked, (wanted) => {
      const chosen = chosenOf(wanted);
      for (const { layout, instance } of chosen === null ? [] : all(chosen)) {
        const { tensorParallel, pipelineParallel } = layout.split;
        expect(chosen!.facts.sized.architecture.attentionHeads % tensorParallel).toBe(0);
        expect(tensorParallel * pipelineParallel).toBe(instance.gpuCount);
        expect(formatFit(layout.variant.format, instance.gpuComputeCapability).runs).toBe(true);
      }
    }),
    RUNS,
  );
});

test('more context never needs less: what holds it holds less of it too', () => {
  fc.assert(
    fc.property(anyAsked, fc.double({ min: 0.05, max: 1, noNaN: true }), (wanted, share) => {
      const more = chosenOf(wanted);
      if (more === null) return;
      const less = chosenOf({ ...wanted, context: Math.max(1, Math.floor(wanted.context * share)) });
      const types = (chosen: Chosen) => new Set(all(chosen).map(({ instance }) => instance.instanceType));
      expect([...types(more)].filter((type) => !types(less as Chosen).has(type))).toEqual([]);
    }),
    RUNS,
  );
});

test('more concurrency never costs less by the hour', () => {
  fc.assert(
    fc.property(anyAsked, fc.integer({ min: 1, max: 64 }), (wanted, more) => {
      const cheapest = (concurrency: number): number => {
        const chosen = chosenOf({ ...wanted, concurrency });
        return chosen === null ? Infinity : Math.min(...all(chosen).map(({ usdPerHour }) => usdPerHour ?? Infinity));
      };
      expect(cheapest(wanted.concurrency + more)).toBeGreaterThanOrEqual(cheapest(wanted.concurrency));
    }),
    RUNS,
  );
});

test('the ranking is stable: the same question has the same answer, and what loses changes nothing', () => {
  fc.assert(
    fc.property(anyAsked, (wanted) => {
      const first = chosenOf(wanted);
      expect(chosenOf(structuredClone(wanted))?.choice).toEqual(first?.choice);
      if (first === null) return;
      // Asked for the chosen types alone, the same engine is chosen, in the same order.
      const alone = chosenOf({ ...wanted, instances: first.choice.instanceTypes });
      expect(alone?.choice.instanceTypes).toEqual(first.choice.instanceTypes);
    }),
    RUNS,
  );
});
