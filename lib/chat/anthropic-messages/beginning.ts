import { type JsonObject, isObject } from '../json';
import { beginningOfContent } from '../openai-chat/beginning';
import { systemBlocks } from './system';

/**
 * How a conversation begins. Agents begin all of theirs alike and tell them apart by `metadata.user_id`, which names the
 * session; those that a session starts for a part of its work have system prompts of their own.
 */
export function beginningOf(body: JsonObject): string {
  const { messages, metadata } = body;
  const userId = isObject(metadata) && typeof metadata['user_id'] === 'string' ? metadata['user_id'] : '';
  const [first] = (messages as unknown[]).filter(isObject);
  const system = systemBlocks(body).map(({ block }) => block);
  return userId + beginningOfContent(system) + beginningOfContent(first?.['content']);
}
