/**
 * Parts of a history that another model wrote and that Anthropic refuses: thoughts without its signature, and the place
 * where a signature of Gemini's stands. A conversation may go from one model to another at any turn.
 */
import { parseExactly } from '../exact-json';
import { type JsonObject, isObject } from '../json';
import { PLACEHOLDER } from '../turns';

/** The JSON text of `messages` without them; `null`: there are none. */
export function withoutForeign(text: string, { messages }: JsonObject): string | null {
  if (!blocksOf(messages).some(isForeign)) return null;
  const exact = parseExactly(text)?.['messages'];
  return Array.isArray(exact) ? JSON.stringify(exact.map(cleaned)) : null;
}

const blocksOf = (messages: unknown): JsonObject[] =>
  (messages as readonly unknown[])
    .filter(isObject)
    .flatMap(({ role, content }) => (role === 'assistant' && Array.isArray(content) ? content.filter(isObject) : []));

const isUnsigned = ({ type, signature }: JsonObject): boolean =>
  type === 'thinking' && (typeof signature !== 'string' || signature === '');
const isMarked = (block: JsonObject): boolean => block['type'] === 'tool_use' && 'extra_content' in block;
const isForeign = (block: JsonObject): boolean => isUnsigned(block) || isMarked(block);

function cleaned(message: unknown): unknown {
  if (!isObject(message) || message['role'] !== 'assistant' || !Array.isArray(message['content'])) return message;
  const content = message['content']
    .filter((block) => !(isObject(block) && isUnsigned(block)))
    .map((block: unknown) => (isObject(block) && isMarked(block) ? unmarked(block) : block));
  return { ...message, content: content.length > 0 ? content : [{ type: 'text', text: PLACEHOLDER }] };
}

const unmarked = (block: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(block).filter(([key]) => key !== 'extra_content'));
