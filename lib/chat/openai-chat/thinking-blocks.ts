/**
 * Thoughts with the seal of who thought them, in the place where clients of other gateways look for them: whoever sends an
 * assistant's message back as it came sends them too. They are Claude's own blocks, to be kept as they are.
 */
import { type HubReasoning } from '../hub';
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse } from './mistakes';

/** `at` is the place of the message. */
export function readThinkingBlocks({ thinking_blocks: blocks }: JsonObject, at: string): HubReasoning[] {
  if (!isGiven(blocks)) return [];
  if (!Array.isArray(blocks)) refuse(`${at}.thinking_blocks`, 'an array of blocks', blocks);
  return blocks.map((block: unknown, index) => readBlock(block, `${at}.thinking_blocks[${index}]`));
}

function readBlock(block: unknown, at: string): HubReasoning {
  if (!isObject(block)) refuse(at, 'an object', block);
  const { type, thinking, signature, data } = block;
  if (type === 'redacted_thinking') {
    if (typeof data !== 'string') refuse(`${at}.data`, 'a string', data);
    return { kind: 'reasoning', text: '', redacted: data };
  }
  if (type !== 'thinking') refuse(`${at}.type`, "'thinking' or 'redacted_thinking'", type);
  if (typeof thinking !== 'string') refuse(`${at}.thinking`, 'a string', thinking);
  if (typeof signature !== 'string') refuse(`${at}.signature`, 'a string', signature);
  return { kind: 'reasoning', text: thinking, signature };
}

/** `null`: thoughts without a seal, which are text and no more. */
export function writeThinkingBlock({ text, signature, redacted }: HubReasoning): JsonObject | null {
  if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted };
  return signature === undefined ? null : { type: 'thinking', thinking: text, signature };
}
