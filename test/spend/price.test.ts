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
