/** The caller's request for a response into the hub. Stricter than `checkResponsesBody`: nothing is guessed. */
import type { ChatCall } from '../dialect';
import type { HubRequest } from '../hub';
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';
import { readBoolean, readNumber } from '../openai-chat/scalars';
import { STORED, checkResponsesBody } from './check-body';
import { decidedBody } from './decided-body';
import { hasSealedReasoning, readInput } from './read-input';
import { readChoice, readTools } from './read-tools';
import { LOGPROBS, asksForLogprobs } from './response-size';

/** The caller's request as the policy changed it. */
export const readCall = (call: ChatCall): HubRequest => readRequest(decidedBody(call));

/** Throws `CallerMistake`. */
export function readRequest(body: JsonObject): HubRequest {
  checkResponsesBody(body);
  for (const name of STORED) {
    if (isGiven(body[name])) unsupported(name, 'the router stores nothing; send the whole conversation as `input`');
  }
  const text = readObject('text', body);
  const reasoning = readObject('reasoning', body);
  return {
    messages: readInput(body),
    ...readChoice(body['tool_choice'], readTools(body['tools'])),
    parallelToolCalls: readBoolean('parallel_tool_calls', body),
    maxTokens: (body['max_output_tokens'] ?? null) as number | null,
    temperature: readNumber('temperature', body, 2),
    topP: readNumber('top_p', body, 1),
    stop: [],
    stream: body['stream'] === true,
    responseFormat: readFormat(text['format']),
    reasoningEffort: readWord('reasoning.effort', reasoning['effort']),
    other: readOthers(body, text, reasoning),
  };
}

/** Parameters that have a field of their own in the hub, that the answer repeats, or that ask for what is so anyway. */
const CARRIED: ReadonlySet<string> = new Set([
  'model',
  'instructions',
  'input',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'text',
  'reasoning',
  'include',
  'top_logprobs',
  'metadata',
  'stream',
  'stream_options',
  'background',
]);

/** Of `include`: what has a parameter of its own in the hub, and seals, which are told unasked where there are any. */
const TOLD_ANYWAY: ReadonlySet<unknown> = new Set([LOGPROBS, 'reasoning.encrypted_content']);

/** By what chat completions call it where they have it too, else by the place in the caller's body. */
function readOthers(body: JsonObject, text: JsonObject, reasoning: JsonObject): HubRequest['other'] {
  const { truncation, include, top_logprobs: top, ...rest } = body;
  const given = Object.entries(rest).filter(([name, value]) => !CARRIED.has(name) && isGiven(value));
  const included = Array.isArray(include) ? (include as unknown[]).filter((one) => !TOLD_ANYWAY.has(one)) : [];
  const summary = reasoning['summary'] ?? reasoning['generate_summary'];
  return {
    ...Object.fromEntries(given),
    ...(isGiven(text['verbosity']) && { verbosity: readWord('text.verbosity', text['verbosity']) }),
    ...(asksForLogprobs(body) && { logprobs: true, ...(isGiven(top) && { top_logprobs: top }) }),
    ...(included.length > 0 && { include: included }),
    ...(isGiven(truncation) && truncation !== 'disabled' && { truncation }),
    ...(isGiven(summary) && { 'reasoning.summary': summary }),
    ...(hasSealedReasoning(body) && { 'reasoning.encrypted_content': true }),
  };
}

function readFormat(format: unknown): HubRequest['responseFormat'] {
  if (!isGiven(format)) return { kind: 'text' };
  if (!isObject(format)) refuse('text.format', 'an object', format);
  const { type, name, schema, strict } = format;
  if (type === 'text' || type === 'json_object') return { kind: type };
  if (type !== 'json_schema') refuse('text.format.type', "'text', 'json_object' or 'json_schema'", type);
  if (typeof name !== 'string' || name === '') refuse('text.format.name', 'a name', name);
  if (!isObject(schema)) refuse('text.format.schema', 'a JSON Schema object', schema);
  return { kind: type, name, schema, strict: strict === true };
}

function readObject(param: string, body: JsonObject): JsonObject {
  const value = body[param] ?? {};
  if (!isObject(value)) refuse(param, 'an object', value);
  return value;
}

function readWord(param: string, value: unknown): string | null {
  if (isGiven(value) && typeof value !== 'string') refuse(param, 'a string', value);
  return (value ?? null) as string | null;
}
