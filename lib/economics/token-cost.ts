/** What a million tokens of a traffic mix cost at a provider that charges by the token. */
import { type TrafficMix, sharesOf } from './traffic-mix';

/** US dollars for a million tokens; `null`: not known. */
export interface ListPrice {
  readonly inputUsdPerMillionTokens: number | null;
  readonly outputUsdPerMillionTokens: number | null;
  readonly cacheReadUsdPerMillionTokens: number | null;
}

/**
 * `null` where a price that the mix needs is not known. Cached input without a price of its own is billed as any other, as
 * providers do that state none. Writing to the cache counts as input: a prompt that is worth caching is read many times.
 */
export function listUsdPerMillionTokens(price: ListPrice, mix: TrafficMix): number | null {
  const { inputUsdPerMillionTokens: input, outputUsdPerMillionTokens: output } = price;
  const cacheRead = price.cacheReadUsdPerMillionTokens ?? input;
  const shares = sharesOf(mix);
  const parts = [times(shares.freshInput, input), times(shares.cachedInput, cacheRead), times(shares.output, output)];
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

/** Nothing of something unknown costs nothing. */
const times = (share: number, usd: number | null): number | null =>
  share === 0 ? 0 : usd === null ? null : share * usd;
