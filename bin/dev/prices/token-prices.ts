/** Token prices from the price package: what a row of the catalogue says after a refresh. */
import type { LongPrompts, TokenOffer, TokenPriceField } from '../../../config/catalog/prices';

/** What a price package states of one model today. US dollars for a million tokens; `null`: it states none. */
export interface ListedModel extends Readonly<Record<TokenPriceField, number | null>> {
  readonly cacheWriteLongUsdPerMillionTokens: number | null;
  readonly longPrompts: LongPrompts | null;
  readonly contextTokens: number | null;
}

export interface TokenPriceList {
  /** With its version, such as `@pydantic/genai-prices 0.1.8`. */
  readonly name: string;
  /** Day on which this version was published. */
  readonly asOf: string;
  /**
   * `null`: the provider's model is not listed, or listed under another id than this. A price of something with a similar
   * name is worse than none.
   */
  find(provider: string, model: string, listedAs: string): ListedModel | null;
  hasProvider(provider: string): boolean;
}

const FIELDS: readonly TokenPriceField[] = [
  'inputUsdPerMillionTokens',
  'outputUsdPerMillionTokens',
  'cacheReadUsdPerMillionTokens',
  'cacheWriteUsdPerMillionTokens',
];

/** The row with today's prices. Where the list has none, `null` and why; never the price of last time under a new date. */
export function refreshedOffer(row: TokenOffer, list: TokenPriceList): TokenOffer {
  const listed = list.find(row.provider, row.model, row.listedAs ?? row.model);
  const why = (field: TokenPriceField): string => {
    if (listed !== null)
      return field.startsWith('cache') ? 'none is listed; billed as any other input' : 'none is listed';
    return list.hasProvider(row.provider) ? 'the model is not listed' : 'the provider is not listed';
  };
  const prices = Object.fromEntries(
    FIELDS.map((field) => [field, isWithoutOutput(row, field) ? 0 : (listed?.[field] ?? null)]),
  ) as Record<TokenPriceField, number | null>;
  return {
    ...row,
    ...prices,
    unknown: Object.fromEntries(FIELDS.filter((field) => prices[field] === null).map((field) => [field, why(field)])),
    cacheWriteLongUsdPerMillionTokens: listed?.cacheWriteLongUsdPerMillionTokens ?? null,
    longPrompts: listed?.longPrompts ?? null,
    contextTokens: listed?.contextTokens ?? row.contextTokens,
    source: list.name,
    asOf: list.asOf,
  };
}

/** Embedding models write no tokens. */
const isWithoutOutput = (row: TokenOffer, field: TokenPriceField): boolean =>
  row.kind === 'embed' && field === 'outputUsdPerMillionTokens';
