import { type JsonObject, isObject } from '../json';
import { beginningOfContent } from '../openai-chat/beginning';

/** How a conversation begins: its instructions are the same for everybody, the first thing the user says tells them apart. */
export function beginningOf({ instructions, input }: JsonObject): string {
  let beginning = beginningOfContent(instructions);
  if (!Array.isArray(input)) return beginning + beginningOfContent(input);
  for (const item of input.filter(isObject)) {
    beginning += beginningOfContent(item['content']);
    if (item['role'] === 'user') break;
  }
  return beginning;
}
