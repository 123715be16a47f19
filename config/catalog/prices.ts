/**
 * What tokens cost at those who sell them, as of the day that each row states. US dollars for a million tokens.
 * `npm run prices` takes the numbers from a maintained price package; a row is added with its names, and filled by that.
 */
import { PROVIDER_NAMES, type ProviderName } from '../vocabulary';
import rows from './prices.json';
import type { Sourced } from './sourced';

/** `closed`: nobody else has the weights. The others serve weights that a fleet could serve as well. */
export type Offer = 'closed' | 'hosted-open' | 'bedrock-open';

export type TokenPriceField =
  | 'inputUsdPerMillionTokens'
  | 'outputUsdPerMillionTokens'
  | 'cacheReadUsdPerMillionTokens'
  | 'cacheWriteUsdPerMillionTokens';

export interface TokenOffer extends Sourced, Readonly<Record<TokenPriceField, number | null>> {
  readonly offer: Offer;
  readonly provider: string;
  /** What this provider calls it. */
  readonly model: string;
  /** Its id in the price package; absent: the same. */
  readonly listedAs?: string;
  /** Hugging Face name of the weights, `null` where they are closed. The catalogue of models may not have it. */
  readonly openModel: string | null;
  readonly kind: 'chat' | 'embed';
  /** Why a price is `null`: one reason for each. */
  readonly unknown: Readonly<Partial<Record<TokenPriceField, string>>>;
  /** A dearer price for the whole of a request with a longer prompt; `null`: none is stated. */
  readonly longPrompts: LongPrompts | null;
  readonly contextTokens: number | null;
  /** Whether it takes images or PDF; `null`: not known. */
  readonly images: boolean | null;
  readonly pdf: boolean | null;
}

export interface LongPrompts {
  readonly promptTokensOver: number;
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
}

/** An offer of a provider to which the router can send, at a known price. */
export interface CatalogPrice extends TokenOffer {
  readonly provider: ProviderName;
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
}

export const tokenOffers: readonly TokenOffer[] = rows.offers as TokenOffer[];
export const prices: readonly CatalogPrice[] = tokenOffers.filter(
  (row): row is CatalogPrice =>
    PROVIDER_NAMES.some((name) => name === row.provider) && row.inputUsdPerMillionTokens !== null && row.outputUsdPerMillionTokens !== null,
);
