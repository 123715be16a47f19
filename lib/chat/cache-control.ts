/**
 * Where a caller wants the prompt to be cached up to: `cache_control` on a part, a message or a tool, in Anthropic's words,
 * which OpenAI's protocol has not.
 */
import { type JsonObject, isObject } from './json';

/** How long it stays there. */
export type CacheFor = '5m' | '1h';

/** What is there to be spread into a part or a tool. A kind that is not known marks nothing. */
export function readCacheMark({ cache_control: control }: JsonObject): { readonly cache?: CacheFor } {
  if (!isObject(control) || control['type'] !== 'ephemeral') return {};
  return { cache: control['ttl'] === '1h' ? '1h' : '5m' };
}
