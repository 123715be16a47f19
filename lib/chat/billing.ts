/** What of a usage has a price of its own. Both are left out where there is nothing to say. */
import type { HubUsage } from './hub';

/** How every provider says "as usual": OpenAI and Bedrock, Anthropic and Gemini, what the project is set to, Groq. */
const USUAL: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand']);

/** `tier` as the provider says it, whatever its case. */
export function servedBy(tier: unknown): Pick<HubUsage, 'serviceTier'> {
  if (typeof tier !== 'string' || tier === '') return {};
  const word = tier.toLowerCase();
  return USUAL.has(word) ? {} : { serviceTier: word };
}

export function writtenForLong(tokens: unknown): Pick<HubUsage, 'cacheWriteLongTokens'> {
  return typeof tokens === 'number' && tokens > 0 ? { cacheWriteLongTokens: tokens } : {};
}
