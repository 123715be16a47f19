/** The router's own look at the body of a request in OpenAI's protocol. */
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse } from './mistakes';

/**
 * The few things the router itself relies on, whatever the target. The rest is the target's to judge: a body that is
 * passed through may hold what only that target knows.
 */
export function checkChatBody(body: JsonObject): void {
  const { messages, tools } = body;
  checkCommon(body);
  checkMessages(messages);
  for (const param of ['max_tokens', 'max_completion_tokens']) checkPositiveInteger(param, body[param]);
  if (isGiven(tools) && !Array.isArray(tools)) refuse('tools', 'an array of tools', tools);
}

/** What all endpoints share. */
export function checkCommon({ model, stream, n, metadata }: JsonObject): void {
  if (typeof model !== 'string' || model === '') refuse('model', 'the name of a model', model);
  if (isGiven(stream) && typeof stream !== 'boolean') refuse('stream', 'a boolean', stream);
  checkPositiveInteger('n', n);
  if (isGiven(metadata) && !isObject(metadata)) refuse('metadata', 'an object', metadata);
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0) refuse('messages', 'a non-empty array of messages', messages);
  for (let i = 0; i < messages.length; i += 1) {
    const message: unknown = messages[i];
    if (!isObject(message)) refuse(`messages[${i}]`, 'an object', message);
    if (typeof message['role'] !== 'string') refuse(`messages[${i}].role`, 'a string', message['role']);
  }
}

export function checkPositiveInteger(param: string, value: unknown): void {
  if (!isGiven(value)) return;
  if (!Number.isInteger(value) || (value as number) < 1) refuse(param, 'an integer of at least 1', value);
}
