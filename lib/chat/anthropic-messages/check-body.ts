/** The few things of a Messages body that the router itself relies on, whatever the target. */
import { type JsonObject, isObject } from '../json';
import { checkCommon, checkPositiveInteger } from '../openai-chat/check-body';
import { isGiven, refuse } from '../openai-chat/mistakes';

export function checkMessagesBody(body: JsonObject): void {
  checkCommon({ ...body, n: undefined });
  const { messages, max_tokens: maxTokens, system, tools } = body;
  if (!Array.isArray(messages) || messages.length === 0) refuse('messages', 'a non-empty array of messages', messages);
  messages.forEach((message: unknown, index) => checkMessage(message, `messages[${index}]`));
  if (!isGiven(maxTokens)) refuse('max_tokens', 'an integer of at least 1', maxTokens ?? undefined);
  checkPositiveInteger('max_tokens', maxTokens);
  if (isGiven(system) && !isContent(system)) refuse('system', 'a string or an array of blocks', system);
  if (isGiven(tools) && !Array.isArray(tools)) refuse('tools', 'an array of tools', tools);
}

function checkMessage(message: unknown, at: string): void {
  if (!isObject(message)) refuse(at, 'an object', message);
  const { role, content } = message;
  if (!ROLES.includes(role)) refuse(`${at}.role`, "'user', 'assistant' or 'system'", role);
  if (!isContent(content)) refuse(`${at}.content`, 'a string or an array of blocks', content);
}

/** Agents say by `system` within the conversation what the user did not. */
const ROLES: readonly unknown[] = ['user', 'assistant', 'system'];

const isContent = (content: unknown): boolean => typeof content === 'string' || Array.isArray(content);
