/** What a refresh makes of a row of token prices. */
import type { TokenOffer } from '../../config/catalog/prices';
import { genaiPrices } from '../../bin/dev/prices/genai-prices';
import { type ListedModel, type TokenPriceList, refreshedOffer } from '../../bin/dev/prices/token-prices';

const ROW: TokenOffer = {
  offer: 'hosted-open',
  provider: 'together',
  model: 'llama',
  openModel: 'meta-llama/Llama-3.1-8B-Instruct',
  kind: 'chat',
  inputUsdPerMillionTokens: 9,
  outputUsdPerMillionTokens: 9,
  cacheReadUsdPerMillionTokens: 9,
  cacheWriteUsdPerMillionTokens: null,
  unknown: { cacheWriteUsdPerMillionTokens: 'none is listed; billed as any other input' },
  cacheWriteLongUsdPerMillionTokens: null,
  longPrompts: null,
  contextTokens: 8_192,
  images: false,
  pdf: null,
  source: 'an older list',
  asOf: '2020-01-01',
};
const LISTED: ListedModel = {
  inputUsdPerMillionTokens: 0.2,
  outputUsdPerMillionTokens: 0.3,
  cacheReadUsdPerMillionTokens: 0.1,
  cacheWriteUsdPerMillionTokens: null,
  cacheWriteLongUsdPerMillionTokens: null,
  longPrompts: null,
  contextTokens: 131_072,
};

const listOf = (listed: ListedModel | null, hasProvider = true): TokenPriceList => ({
  name: 'a list 1.0',
  asOf: '2026-09-23',
  find: (provider, model, listedAs) => (`${provider} ${model} ${listedAs}` === 'together llama llama' ? listed : null),
  hasProvider: () => hasProvider,
});

test('takes over what is listed, with source and day', () => {
  expect(refreshedOffer(ROW, listOf(LISTED))).toEqual({
    ...ROW,
    ...LISTED,
    unknown: { cacheWriteUsdPerMillionTokens: 'none is listed; billed as any other input' },
    source: 'a list 1.0',
    asOf: '2026-09-23',
  });
});

test.each([
  [true, 'the model is not listed'],
  [false, 'the provider is not listed'],
])('forgets the old price of what is not listed any more, and says why (provider listed: %s)', (hasProvider, why) => {
  const row = refreshedOffer(ROW, listOf(null, hasProvider));
  expect(row).toMatchObject({ inputUsdPerMillionTokens: null, outputUsdPerMillionTokens: null });
  expect(row.unknown).toEqual({
    inputUsdPerMillionTokens: why,
    outputUsdPerMillionTokens: why,
    cacheReadUsdPerMillionTokens: why,
    cacheWriteUsdPerMillionTokens: why,
  });
});

test('an embedding model writes nothing, so its output is free', () => {
  const row = refreshedOffer({ ...ROW, kind: 'embed' }, listOf({ ...LISTED, outputUsdPerMillionTokens: null }));
  expect(row.outputUsdPerMillionTokens).toBe(0);
  expect(row.unknown).not.toHaveProperty('outputUsdPerMillionTokens');
});

describe('the installed package', () => {
  const list = (at: string): TokenPriceList => genaiPrices('0.1.8', '2026-09-23', new Date(at));
  const find = (provider: string, model: string, listedAs = model, at = '2026-11-21T12:00:00Z'): ListedModel | null =>
    list(at).find(provider, model, listedAs);

  test('knows our providers under its own names', () => {
    expect(find('bedrock', 'meta.llama3-3-70b-instruct-v1:0')).toMatchObject({
      inputUsdPerMillionTokens: 0.72,
      outputUsdPerMillionTokens: 0.72,
      cacheReadUsdPerMillionTokens: null,
    });
    expect(list('2026-11-21').hasProvider('gemini')).toBe(true);
    expect(list('2026-11-21').hasProvider('deepinfra')).toBe(false);
  });

  test('a longer prompt has a dearer price', () => {
    expect(find('gemini', 'gemini-2.5-pro')).toMatchObject({
      inputUsdPerMillionTokens: 1.25,
      outputUsdPerMillionTokens: 10,
      longPrompts: { promptTokensOver: 200_000, inputUsdPerMillionTokens: 2.5, outputUsdPerMillionTokens: 15 },
    });
  });

  test('a price that changes on a day is that of the day asked for', () => {
    const input = (at: string): unknown =>
      find('gemini', 'gemini-3.8-flash', 'gemini-3.8-flash', at)?.inputUsdPerMillionTokens;
    expect(input('2026-11-21T12:00:00Z')).toBe(0.75);
    expect(input('2027-01-02T12:00:00Z')).toBe(1.5);
  });

  test('does not give one model the price of another whose name begins alike', () => {
    expect(find('bedrock', 'amazon.titan-embed-text-v2:0')).toBeNull();
    expect(find('bedrock', 'amazon.titan-embed-text-v2:0', 'amazon.titan-embed-text-v1')).not.toBeNull();
  });

  test('finds a model by its own name where the package has another id for it', () => {
    expect(find('fireworks', 'accounts/fireworks/models/gpt-oss-20b', 'gpt-oss-20b')).toMatchObject({
      inputUsdPerMillionTokens: 0.07,
      cacheReadUsdPerMillionTokens: 0.035,
    });
  });
});
