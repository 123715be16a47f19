import fc from 'fast-check';
import { boundUsd, costUsd } from '../../lib/spend/price';

const PRICE = {
  inputUsdPerMillionTokens: 3,
  outputUsdPerMillionTokens: 15,
  cacheReadUsdPerMillionTokens: 0.3,
  cacheWriteUsdPerMillionTokens: 3.75,
};
const USAGE = { promptTokens: 0, completionTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: null };

test('each token is charged once, by what it was', () => {
  const usage = {
    ...USAGE,
    promptTokens: 10_000,
    cacheReadTokens: 6_000,
    cacheWriteTokens: 3_000,
    completionTokens: 500,
  };
  expect(costUsd(PRICE, usage)).toBeCloseTo((1_000 * 3 + 6_000 * 0.3 + 3_000 * 3.75 + 500 * 15) / 1e6, 12);
});

test('without a cache price cached tokens cost what others do', () => {
  const price = { ...PRICE, cacheReadUsdPerMillionTokens: null, cacheWriteUsdPerMillionTokens: null };
  expect(costUsd(price, { ...USAGE, promptTokens: 1_000_000, cacheReadTokens: 400_000 })).toBeCloseTo(3, 12);
});

test('an unknown price is not zero', () => {
  expect(costUsd(null, { ...USAGE, promptTokens: 10 })).toBeNull();
});

test('the bound is never below the cost of what it bounds', () => {
  const usage = { ...USAGE, promptTokens: 1_000, cacheWriteTokens: 1_000, completionTokens: 200 };
  expect(boundUsd(PRICE, 1_000, 200)).toBeGreaterThanOrEqual(costUsd(PRICE, usage) ?? NaN);
});

const TIERED = {
  ...PRICE,
  cacheWriteLongUsdPerMillionTokens: 6,
  longPrompts: {
    promptTokensOver: 200_000,
    inputUsdPerMillionTokens: 6,
    outputUsdPerMillionTokens: 22.5,
    cacheReadUsdPerMillionTokens: 0.6,
    cacheWriteUsdPerMillionTokens: 7.5,
    cacheWriteLongUsdPerMillionTokens: 12,
  },
  serviceTiers: { flex: 0.5, priority: 2 },
};

describe('D10', () => {
  test('an hour in the cache has its own price, apart from five minutes', () => {
    const usage = { ...USAGE, promptTokens: 1_000, cacheWriteTokens: 900, cacheWriteLongTokens: 600 };
    expect(costUsd(TIERED, usage)).toBeCloseTo((100 * 3 + 300 * 3.75 + 600 * 6) / 1e6, 12);
    expect(costUsd(PRICE, usage)).toBeNull();
    expect(costUsd({ ...PRICE, cacheWriteUsdPerMillionTokens: null }, usage)).toBeCloseTo((1_000 * 3) / 1e6, 12);
  });

  test.each([
    [200_000, 3, 0.3, 15],
    [200_001, 6, 0.6, 22.5],
  ])('a prompt of %i tokens has one price for the whole request', (promptTokens, input, cacheRead, output) => {
    const usage = { ...USAGE, promptTokens, cacheReadTokens: 1_000, completionTokens: 10 };
    expect(costUsd(TIERED, usage)).toBeCloseTo(
      ((promptTokens - 1_000) * input + 1_000 * cacheRead + 10 * output) / 1e6,
      12,
    );
  });

  test('what was served sooner or later costs so many times more, and in an unknown way nobody knows what', () => {
    const usage = { ...USAGE, promptTokens: 1_000, completionTokens: 10 };
    const usualUsd = costUsd(TIERED, usage) ?? NaN;
    expect(costUsd(TIERED, { ...usage, serviceTier: 'flex' })).toBeCloseTo(usualUsd / 2, 12);
    expect(costUsd(TIERED, { ...usage, serviceTier: 'priority' })).toBeCloseTo(usualUsd * 2, 12);
    for (const serviceTier of ['ultra', 'constructor']) expect(costUsd(TIERED, { ...usage, serviceTier })).toBeNull();
  });

  test('what is free is free however it is served', () => {
    const free = { ...PRICE, inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 0 };
    const nothing = { ...free, cacheReadUsdPerMillionTokens: 0, cacheWriteUsdPerMillionTokens: 0 };
    const usage = { ...USAGE, promptTokens: 9, cacheWriteTokens: 5, cacheWriteLongTokens: 5, serviceTier: 'ultra' };
    expect(costUsd(nothing, usage)).toBe(0);
  });

  test('the bound is never below a cost that is known, whatever was cached, how long the prompt, and how it was served', () => {
    fc.assert(
      fc.property(
        fc.nat(400_000),
        fc.nat(100),
        fc.nat(100),
        fc.nat(100),
        fc.nat(9_000),
        fc.constantFrom(undefined, 'flex', 'priority'),
        (promptTokens, read, write, long, completionTokens, serviceTier) => {
          const parts = Math.max(read + write, 1);
          const cacheReadTokens = Math.floor((promptTokens * read) / parts / 2);
          const cacheWriteTokens = Math.floor((promptTokens * write) / parts / 2);
          const usage = {
            promptTokens,
            completionTokens,
            cacheReadTokens,
            cacheWriteTokens,
            cacheWriteLongTokens: Math.floor((cacheWriteTokens * long) / 100),
            reasoningTokens: null,
            ...(serviceTier !== undefined && { serviceTier }),
          };
          expect(boundUsd(TIERED, promptTokens, completionTokens)).toBeGreaterThanOrEqual(
            (costUsd(TIERED, usage) ?? NaN) - 1e-12,
          );
        },
      ),
    );
  });
});
