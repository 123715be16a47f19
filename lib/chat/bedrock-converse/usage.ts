/** Token counts and stop reasons of Converse, in the hub's terms. */
import { servedBy, writtenForLong } from '../billing';
import type { HubFinish, HubUsage } from '../hub';
import { isObject } from '../json';

/**
 * `inputTokens` has neither what was read from the cache nor what was written to it. `serviceTier` stands beside the counts.
 * `null`: no counts are there.
 */
export function readUsage(usage: unknown, serviceTier?: unknown): HubUsage | null {
  if (!isObject(usage)) return null;
  const count = (field: string): number => {
    const value = usage[field];
    return typeof value === 'number' ? value : 0;
  };
  const cacheReadTokens = count('cacheReadInputTokens');
  const cacheWriteTokens = count('cacheWriteInputTokens');
  return {
    promptTokens: count('inputTokens') + cacheReadTokens + cacheWriteTokens,
    completionTokens: count('outputTokens'),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: null,
    ...writtenForLong(longTokensOf(usage['cacheDetails'])),
    ...servedBy(isObject(serviceTier) ? serviceTier['type'] : null),
  };
}

/** Source: Bedrock API reference, "CacheDetail". */
function longTokensOf(details: unknown): number {
  const list = Array.isArray(details) ? details.filter(isObject) : [];
  const long = list.filter(({ ttl }) => ttl === '1h').map(({ inputTokens }) => Number(inputTokens));
  return long.reduce((sum, tokens) => sum + tokens, 0);
}

/** `null`: what the model wrote is no answer. */
const FINISH: Readonly<Record<string, HubFinish | null>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  malformed_model_output: null,
  malformed_tool_use: null,
};

/** A reason that is not known yet still says that the model stopped by itself. */
export function finishOf(stopReason: string): HubFinish | null {
  return Object.hasOwn(FINISH, stopReason) ? (FINISH[stopReason] ?? null) : 'stop';
}
