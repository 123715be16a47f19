/** `@pydantic/genai-prices` as a price list. It is installed with the development dependencies and needs no network. */
import { type ModelPrice, type TieredPrices, calcPrice, findProvider } from '@pydantic/genai-prices';
import type { LongPrompts } from '../../../config/catalog/prices';
import type { ListedModel, TokenPriceList } from './token-prices';

/** Ours → the package's. The others have the same name. */
const PROVIDER_IDS: Readonly<Record<string, string>> = { gemini: 'google', bedrock: 'aws' };

/**
 * @param version of the installed package
 * @param asOf day on which that version was published
 * @param at the moment whose prices are wanted: some change at a stated date
 */
export function genaiPrices(version: string, asOf: string, at: Date): TokenPriceList {
  return {
    name: `@pydantic/genai-prices ${version}`,
    asOf,
    hasProvider: (provider) => findProvider({ providerId: idOf(provider) }) !== undefined,
    find(provider, model, listedAs) {
      const found = calcPrice({}, model, { providerId: idOf(provider), timestamp: at });
      // It also finds by a part of a name, and then gives one model the price of another.
      return found === null || found.model.id !== listedAs
        ? null
        : listed(found.model_price, found.model.context_window);
    },
  };
}

const idOf = (provider: string): string => PROVIDER_IDS[provider] ?? provider;

function listed(price: ModelPrice, contextTokens: number | undefined): ListedModel {
  return {
    inputUsdPerMillionTokens: baseOf(price['input_mtok']),
    outputUsdPerMillionTokens: baseOf(price['output_mtok']),
    cacheReadUsdPerMillionTokens: baseOf(price['cache_read_mtok']),
    cacheWriteUsdPerMillionTokens: baseOf(price['cache_write_mtok']),
    cacheWriteLongUsdPerMillionTokens: baseOf(price['cache_write_1h_mtok']),
    longPrompts: longPromptsOf(price),
    contextTokens: contextTokens ?? null,
  };
}

type Price = number | TieredPrices | undefined;

const baseOf = (price: Price): number | null => (typeof price === 'object' ? price.base : (price ?? null));

/** Of several tiers the first: it says where the plain price ends. */
function longPromptsOf(price: ModelPrice): LongPrompts | null {
  const inputTier = firstTier(price['input_mtok']);
  const outputTier = firstTier(price['output_mtok']);
  if (inputTier === undefined || outputTier === undefined) return null;
  return {
    promptTokensOver: inputTier.start,
    inputUsdPerMillionTokens: inputTier.price,
    outputUsdPerMillionTokens: outputTier.price,
    cacheReadUsdPerMillionTokens: firstTier(price['cache_read_mtok'])?.price ?? null,
    cacheWriteUsdPerMillionTokens: firstTier(price['cache_write_mtok'])?.price ?? null,
    cacheWriteLongUsdPerMillionTokens: firstTier(price['cache_write_1h_mtok'])?.price ?? null,
  };
}

const firstTier = (price: Price): TieredPrices['tiers'][number] | undefined =>
  typeof price === 'object' ? price.tiers[0] : undefined;
