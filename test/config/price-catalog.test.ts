/** The committed prices: complete, dated, and honest about what is not known. */
import { hostPrices } from '../../config/catalog/host-prices';
import { type TokenPriceField, prices, tokenOffers } from '../../config/catalog/prices';
import { PROVIDER_NAMES } from '../../config/vocabulary';

const FIELDS: readonly TokenPriceField[] = [
  'inputUsdPerMillionTokens',
  'outputUsdPerMillionTokens',
  'cacheReadUsdPerMillionTokens',
  'cacheWriteUsdPerMillionTokens',
];
const name = ({ provider, model }: { provider: string; model: string }): string => `${provider} ${model}`;

test('each price is a number, or null with a reason', () => {
  for (const row of tokenOffers) {
    const missing = FIELDS.filter((field) => row[field] === null);
    expect({ name: name(row), missing }).toEqual({ name: name(row), missing: Object.keys(row.unknown) });
    for (const field of FIELDS) expect(row[field] ?? 0).toBeGreaterThanOrEqual(0);
  }
  for (const row of hostPrices) {
    const missing = (['onDemand', 'spot', 'interruptedPerMonth'] as const).filter((field) => row[field] === null);
    expect({ name: row.instanceType, missing }).toEqual({
      name: row.instanceType,
      missing: missing.filter((field) => row.unknown[field] !== undefined),
    });
  }
});

test('each has a source and a day', () => {
  const dated = [
    ...tokenOffers,
    ...hostPrices.flatMap(({ onDemand, spot, interruptedPerMonth }) => [onDemand, spot, interruptedPerMonth]),
  ].filter((row) => row !== null);
  for (const { source, asOf } of dated) {
    expect(source).not.toBe('');
    expect(asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
});

test('each offer is there once', () => {
  expect(new Set(tokenOffers.map(name)).size).toBe(tokenOffers.length);
  expect(new Set(hostPrices.map(({ instanceType, region }) => `${region} ${instanceType}`)).size).toBe(
    hostPrices.length,
  );
});

test('closed models are of providers that the router knows; open ones name their weights', () => {
  for (const { offer, provider, openModel } of tokenOffers) {
    if (offer === 'closed') expect(openModel).toBeNull();
    else expect(openModel).toMatch(/^[\w.-]+\/[\w.-]+$/);
    if (offer === 'bedrock-open') expect(provider).toBe('bedrock');
    if (offer !== 'hosted-open') expect(PROVIDER_NAMES).toContain(provider);
  }
});

test('closed, hosted-open and Bedrock-open models are there, of the providers that one compares', () => {
  const providers = (offer: string): Set<string> =>
    new Set(tokenOffers.filter((row) => row.offer === offer).map(({ provider }) => provider));
  expect(providers('closed')).toEqual(new Set(['openai', 'anthropic', 'gemini', 'bedrock']));
  for (const provider of ['together', 'fireworks', 'groq', 'deepinfra'])
    expect(providers('hosted-open')).toContain(provider);
  const onBedrock = tokenOffers.filter(({ offer }) => offer === 'bedrock-open').map(({ openModel }) => openModel ?? '');
  for (const family of ['meta-llama/', 'mistralai/', 'openai/gpt-oss', 'Qwen/', 'deepseek-ai/'])
    expect(onBedrock.some((id) => id.startsWith(family))).toBe(true);
});

test('what the router is told of is priced', () => {
  expect(prices.length).toBeGreaterThan(40);
  for (const row of prices) {
    expect(PROVIDER_NAMES).toContain(row.provider);
    expect(row.inputUsdPerMillionTokens).toBeGreaterThan(0);
    expect(row.outputUsdPerMillionTokens).not.toBeNull();
  }
});

test('spot is below on demand', () => {
  for (const { instanceType, onDemand, spot } of hostPrices)
    if (onDemand !== null && spot !== null)
      expect({ instanceType, below: spot.usdPerHour <= onDemand.usdPerHour }).toEqual({ instanceType, below: true });
});
