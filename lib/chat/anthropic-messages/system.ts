/** The system prompt of a Messages body: a string, or blocks of text. */
import { type JsonObject, isObject } from '../json';

/**
 * A line for Anthropic's books that Claude Code puts before its system prompt. It is another one in each request: told to
 * another engine it would keep everything behind it out of the prefix cache.
 */
const BILLING_LINE = 'x-anthropic-billing-header:';

/** Its blocks with their places; what only concerns Anthropic is left out. */
export function systemBlocks({ system }: JsonObject): readonly { readonly block: unknown; readonly at: string }[] {
  if (typeof system === 'string') return system === '' ? [] : [{ block: { type: 'text', text: system }, at: 'system' }];
  const blocks = Array.isArray(system) ? (system as unknown[]) : [];
  return blocks
    .map((block, index) => ({ block, at: `system[${index}]` }))
    .filter(({ block }) => !(isObject(block) && String(block['text']).startsWith(BILLING_LINE)));
}
