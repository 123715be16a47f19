/** What tokens cost, in US dollars. An unknown price is `null`, never 0. */
import type { HubUsage } from '../chat/hub';
import { DEFAULT_MAX_TOKENS } from '../chat/limits';
import type { TokenPrice } from '../plan/types';
import type { Facts } from '../policy/facts';

const MILLION = 1_000_000;

export function costUsd(price: TokenPrice | null, usage: HubUsage): number | null {
  if (price === null) return null;
  // A provider that states no cache price bills cached tokens as any other.
  const cacheRead = price.cacheReadUsdPerMillionTokens ?? price.inputUsdPerMillionTokens;
  const cacheWrite = price.cacheWriteUsdPerMillionTokens ?? price.inputUsdPerMillionTokens;
  const plainTokens = usage.promptTokens - usage.cacheReadTokens - usage.cacheWriteTokens;
  return (
    (plainTokens * price.inputUsdPerMillionTokens +
      usage.cacheReadTokens * cacheRead +
      usage.cacheWriteTokens * cacheWrite +
      usage.completionTokens * price.outputUsdPerMillionTokens) /
    MILLION
  );
}

/** What is set aside for a request to one target: the most it can cost, as far as its size says. */
export function reservationUsd(price: TokenPrice | null, facts: Facts, maxTokens: number | null): number {
  return boundUsd(price, facts.promptTokensMax, (maxTokens ?? DEFAULT_MAX_TOKENS) * facts.choices);
}

/** The most that a request can cost, for a reservation; an unknown price reserves nothing. */
export function boundUsd(price: TokenPrice | null, promptTokensMax: number, answerTokensMax: number): number {
  if (price === null) return 0;
  const input = Math.max(price.inputUsdPerMillionTokens, price.cacheWriteUsdPerMillionTokens ?? 0);
  return (promptTokensMax * input + answerTokensMax * price.outputUsdPerMillionTokens) / MILLION;
}
