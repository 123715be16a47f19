import { type JsonObject, isObject } from '../json';

/** How a conversation begins: a system prompt is the same for everybody, the first thing the user says tells them apart. */
export function beginningOf({ messages }: JsonObject): string {
  let beginning = '';
  for (const message of (messages as unknown[]).filter(isObject)) {
    beginning += beginningOfContent(message['content']);
    if (message['role'] === 'user') break;
  }
  return beginning;
}

const BEGINNING = 512;

/** Of a text, or of the first of its parts. */
export function beginningOfContent(content: unknown): string {
  if (typeof content === 'string') return content.slice(0, BEGINNING);
  const [first] = Array.isArray(content) ? content.filter(isObject) : [];
  return typeof first?.['text'] === 'string' ? first['text'].slice(0, BEGINNING) : '';
}
