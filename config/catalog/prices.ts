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
  /** Of tokens that stay in the cache for an hour; `null`: no such price is listed. */
  readonly cacheWriteLongUsdPerMillionTokens: number | null;
  /** Why a price is `null`: one reason for each. */
  readonly unknown: Readonly<Partial<Record<TokenPriceField, string>>>;
  /** A dearer price for the whole of a request with a longer prompt; `null`: none is stated. */
  readonly longPrompts: LongPrompts | null;
  readonly contextTokens: number | null;
  /** Whether it takes images or PDF; `null`: not known. */
  readonly images: boolean | null;
  readonly pdf: boolean | null;
}

/** A cache price that is `null` is not listed. */
export interface LongPrompts {
  readonly promptTokensOver: number;
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
  readonly cacheReadUsdPerMillionTokens: number | null;
  readonly cacheWriteUsdPerMillionTokens: number | null;
  readonly cacheWriteLongUsdPerMillionTokens: number | null;
}

/** An offer of a provider to which the router can send, at a known price. */
export interface CatalogPrice extends TokenOffer {
  readonly provider: ProviderName;
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
}

/** How the price package begins the names of Bedrock's models that cost the same in every geography. */
const REGIONAL = 'regional.';

/**
 * Bedrock asks the same of one region and of every geography that a profile names; of all the world together (`global.`)
 * a tenth less, which are rows of their own. GovCloud and China have other prices.
 *
 * Source: Bedrock user guide, "Geographic cross-Region inference", and https://aws.amazon.com/bedrock/pricing.
 */
const REGIONAL_PREFIXES = ['', 'us.', 'eu.', 'apac.', 'jp.', 'au.', 'ca.'];

export const tokenOffers: readonly TokenOffer[] = rows.offers as TokenOffer[];
export const prices: readonly CatalogPrice[] = tokenOffers
  .filter((row): row is CatalogPrice =>
    PROVIDER_NAMES.some((name) => name === row.provider) && row.inputUsdPerMillionTokens !== null && row.outputUsdPerMillionTokens !== null,
  )
  .flatMap((row) => (row.listedAs?.startsWith(REGIONAL) === true ? inEachGeography(row, row.listedAs) : [row]));

function inEachGeography(row: CatalogPrice, listedAs: string): CatalogPrice[] {
  return REGIONAL_PREFIXES.map((prefix) => ({ ...row, model: prefix + listedAs.slice(REGIONAL.length) }));
}
