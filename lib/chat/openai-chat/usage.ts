/** Token counts by OpenAI's rules: `prompt_tokens` includes what was read from a cache and what was written to it. */
import { servedBy } from '../billing';
import type { HubUsage } from '../hub';
import { type JsonObject, isObject } from '../json';

/**
 * `null` where there is nothing to read: absent, `null`, or all zero as on chunks in the middle of a stream. `serviceTier`
 * stands beside the usage.
 */
export function readUsage(usage: unknown, serviceTier?: unknown): HubUsage | null {
  if (!isObject(usage)) return null;
  const promptTokens = count(usage['prompt_tokens']);
  // xAI leaves reasoning out of `completion_tokens` but bills it and counts it in the total.
  const completionTokens = Math.max(count(usage['completion_tokens']), count(usage['total_tokens']) - promptTokens);
  if (promptTokens === 0 && completionTokens === 0) return null;
  const prompt = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  const completion = isObject(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {};
  const reasoning = completion['reasoning_tokens'];
  return {
    promptTokens,
    completionTokens,
    cacheReadTokens: count(prompt['cached_tokens']),
    cacheWriteTokens: count(prompt['cache_write_tokens']),
    reasoningTokens: typeof reasoning === 'number' ? reasoning : null,
    ...servedBy(serviceTier),
  };
}

/** `costUsd`: what it cost, where the caller is told here; OpenAI's own usage has no such field. */
export function writeUsage(usage: HubUsage, costUsd: number | null = null): JsonObject {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
    ...(usage.reasoningTokens !== null && {
      completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    }),
    ...(costUsd !== null && { cost_usd: costUsd }),
  };
}

/** The caller wants the usage at the end of its stream. */
export function asksForUsage(body: JsonObject): boolean {
  const options = body['stream_options'];
  return isObject(options) && options['include_usage'] === true;
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
