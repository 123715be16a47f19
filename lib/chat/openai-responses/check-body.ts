/** The router's own look at the body of a request for a response. */
import { type JsonObject, isObject } from '../json';
import { checkCommon, checkPositiveInteger } from '../openai-chat/check-body';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';

/** What stands for text that is kept at OpenAI, so that a request may have no input of its own. */
export const STORED = ['previous_response_id', 'conversation', 'prompt'] as const;

/** The few things the router itself relies on, whatever the target. */
export function checkResponsesBody(body: JsonObject): void {
  const { input, tools, instructions } = body;
  checkCommon(body);
  if (isGiven(input) || !STORED.some((name) => isGiven(body[name]))) checkInput(input);
  if (isGiven(instructions) && typeof instructions !== 'string') refuse('instructions', 'a string', instructions);
  checkPositiveInteger('max_output_tokens', body['max_output_tokens']);
  if (isGiven(tools) && !Array.isArray(tools)) refuse('tools', 'an array of tools', tools);
  // Its answer would be fetched from elsewhere, later, and nobody would know what it cost.
  if (body['background'] === true) unsupported('background', 'the router answers at once or not at all');
}

function checkInput(input: unknown): void {
  if (typeof input === 'string') return;
  if (!Array.isArray(input) || input.length === 0) refuse('input', 'a string or a non-empty array of items', input);
  for (const [index, item] of (input as unknown[]).entries()) {
    if (!isObject(item)) refuse(`input[${index}]`, 'an object', item);
  }
}
