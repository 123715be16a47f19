/** Token counts of the Responses API: `input_tokens` includes what was read from a cache and what was written to it. */
import type { HubUsage } from '../hub';
import { type JsonObject, isObject } from '../json';

/** `null` where there is nothing to read, as on the events that begin a stream. */
export function readUsage(usage: unknown): HubUsage | null {
  if (!isObject(usage)) return null;
  const promptTokens = count(usage['input_tokens']);
  const completionTokens = count(usage['output_tokens']);
  if (promptTokens === 0 && completionTokens === 0) return null;
  const input = isObject(usage['input_tokens_details']) ? usage['input_tokens_details'] : {};
  const output = isObject(usage['output_tokens_details']) ? usage['output_tokens_details'] : {};
  const reasoning = output['reasoning_tokens'];
  return {
    promptTokens,
    completionTokens,
    cacheReadTokens: count(input['cached_tokens']),
    cacheWriteTokens: count(input['cache_write_tokens']),
    reasoningTokens: typeof reasoning === 'number' ? reasoning : null,
  };
}

/** The API has no way to leave reasoning tokens unsaid: what a provider does not tell is 0 here. */
export function writeUsage(usage: HubUsage | null): JsonObject | null {
  if (usage === null) return null;
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
