/** The system prompt of a Messages body: a string, or blocks of text. */
import { type JsonObject, isObject } from '../json';

/**
 * A line for Anthropic's books that Claude Code puts before its system prompt. It is another one in each request: told to
 * another engine it would keep everything behind it out of the prefix cache.
 * Source: https://github.com/anthropics/claude-code/issues/68900
 */
const BILLING_LINE = /^x-anthropic-billing-header:[^\n]*\n?/;

/** Its blocks with their places; what only concerns Anthropic is left out. */
export function systemBlocks({ system }: JsonObject): readonly { readonly block: unknown; readonly at: string }[] {
  if (typeof system === 'string') return withoutBilling({ type: 'text', text: system }, 'system');
  const blocks = Array.isArray(system) ? (system as unknown[]) : [];
  return blocks.flatMap((block, index) => withoutBilling(block, `system[${index}]`));
}

function withoutBilling(block: unknown, at: string): { block: unknown; at: string }[] {
  if (!isObject(block) || typeof block['text'] !== 'string') return [{ block, at }];
  const text = block['text'].replace(BILLING_LINE, '');
  return text === '' ? [] : [{ block: { ...block, text }, at }];
}
