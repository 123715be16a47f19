/** What tokens cost, in US dollars. An unknown price is `null`, never 0. */
import type { HubUsage } from '../chat/hub';
import { DEFAULT_MAX_TOKENS } from '../chat/limits';
import { own } from '../plan/own';
import type { TokenPrice, TokenRates } from '../plan/types';
import type { Facts } from '../policy/facts';

const MILLION = 1_000_000;

/** `null` also where the provider served it in a way whose price is not known. */
export function costUsd(price: TokenPrice | null, usage: HubUsage): number | null {
  if (price === null) return null;
  const { longPrompts, serviceTiers = {} } = price;
  const isLong = longPrompts !== undefined && usage.promptTokens > longPrompts.promptTokensOver;
  const rates = ratesOf(isLong ? longPrompts : price);
  const dearest = dearestOf(rates);
  if (dearest === 0) return 0;
  const times = usage.serviceTier === undefined ? 1 : own(serviceTiers, usage.serviceTier);
  const longWriteTokens = usage.cacheWriteLongTokens ?? 0;
  if (times === undefined || (longWriteTokens > 0 && rates.cacheWriteLong === null)) return null;
  const plainTokens = usage.promptTokens - usage.cacheReadTokens - usage.cacheWriteTokens;
  return (
    ((plainTokens * rates.input +
      usage.cacheReadTokens * rates.cacheRead +
      (usage.cacheWriteTokens - longWriteTokens) * rates.cacheWrite +
      longWriteTokens * (rates.cacheWriteLong ?? 0) +
      usage.completionTokens * rates.output) *
      times) /
    MILLION
  );
}

/** What is set aside for a request to one target: the most it can cost, as far as its size says. */
export function reservationUsd(price: TokenPrice | null, facts: Facts, maxTokens: number | null): number {
  return boundUsd(price, facts.promptTokensMax, (maxTokens ?? DEFAULT_MAX_TOKENS) * facts.choices);
}

/** The most that a request can cost, for a reservation, however it is served; an unknown price reserves nothing. */
export function boundUsd(price: TokenPrice | null, promptTokensMax: number, answerTokensMax: number): number {
  if (price === null) return 0;
  const { longPrompts, serviceTiers = {} } = price;
  const mayBeLong = longPrompts !== undefined && promptTokensMax > longPrompts.promptTokensOver;
  const all = [ratesOf(price), ...(mayBeLong ? [ratesOf(longPrompts)] : [])];
  const input = Math.max(
    ...all.map(({ input: plain, cacheRead, cacheWrite, cacheWriteLong }) =>
      Math.max(plain, cacheRead, cacheWrite, cacheWriteLong ?? 0),
    ),
  );
  const output = Math.max(...all.map((rates) => rates.output));
  return ((promptTokensMax * input + answerTokensMax * output) * Math.max(1, ...Object.values(serviceTiers))) / MILLION;
}

interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** `null`: not known. */
  readonly cacheWriteLong: number | null;
}

/** A provider that states no cache price bills cached tokens as any other. */
function ratesOf(price: TokenRates): Rates {
  const { inputUsdPerMillionTokens: input, cacheWriteUsdPerMillionTokens: cacheWrite } = price;
  return {
    input,
    output: price.outputUsdPerMillionTokens,
    cacheRead: price.cacheReadUsdPerMillionTokens ?? input,
    cacheWrite: cacheWrite ?? input,
    // Who has a price for a short stay in the cache has another for a long one.
    cacheWriteLong: price.cacheWriteLongUsdPerMillionTokens ?? (cacheWrite === null ? input : null),
  };
}

const dearestOf = ({ input, output, cacheRead, cacheWrite, cacheWriteLong }: Rates): number =>
  Math.max(input, output, cacheRead, cacheWrite, cacheWriteLong ?? 0);
