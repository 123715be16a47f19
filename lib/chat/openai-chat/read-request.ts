/** The caller's chat completion into the hub. Stricter than `checkChatBody`: what is not understood is not guessed. */
import { readCacheMark } from '../cache-control';
import type { ChatCall } from '../dialect';
import type { HubRequest, HubTool } from '../hub';
import { type JsonObject, isObject } from '../json';
import { checkChatBody } from './check-body';
import { isGiven, refuse, unsupported } from './mistakes';
import { readMessages } from './read-messages';
import { readBoolean, readNumber, readString } from './scalars';

/** The caller's request as the policy changed it. */
export function readCall({ body, set, metadata }: ChatCall): HubRequest {
  return readRequest({
    ...body,
    ...set,
    ...(set.max_tokens !== undefined && { max_completion_tokens: null }),
    ...(metadata !== undefined && { metadata }),
  });
}

/** Throws `CallerMistake`. */
export function readRequest(body: JsonObject): HubRequest {
  checkChatBody(body);
  for (const legacy of ['functions', 'function_call']) {
    if (isGiven(body[legacy])) unsupported(legacy, 'it was replaced by `tools` and `tool_choice`');
  }
  const tools = readTools(body['tools']);
  return {
    messages: readMessages(body['messages'] as readonly JsonObject[]),
    tools,
    toolChoice: readToolChoice(body['tool_choice'], tools),
    parallelToolCalls: readBoolean('parallel_tool_calls', body),
    maxTokens: (body['max_completion_tokens'] ?? body['max_tokens'] ?? null) as number | null,
    temperature: readNumber('temperature', body, 2),
    topP: readNumber('top_p', body, 1),
    stop: readStop(body['stop']),
    stream: body['stream'] === true,
    responseFormat: readResponseFormat(body['response_format']),
    reasoningEffort: readString('reasoning_effort', body),
    other: Object.fromEntries(Object.entries(body).filter(([name, value]) => !CARRIED.has(name) && isGiven(value))),
  };
}

/** Parameters that have a field of their own in the hub, or that concern the caller's own stream only. */
const CARRIED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'stream',
  'stream_options',
  'response_format',
  'reasoning_effort',
]);

function readTools(tools: unknown): HubTool[] {
  return ((tools ?? []) as unknown[]).map((tool, index) => {
    const at = `tools[${index}]`;
    if (!isObject(tool)) refuse(at, 'an object', tool);
    if (tool['type'] !== 'function') {
      if (typeof tool['type'] === 'string')
        unsupported(`${at}.type`, 'only tools of type `function` can be translated');
      refuse(`${at}.type`, 'a string', tool['type']);
    }
    const { function: declared } = tool;
    if (!isObject(declared)) refuse(`${at}.function`, 'an object', declared);
    const { name, description, parameters } = declared;
    if (typeof name !== 'string' || name === '') refuse(`${at}.function.name`, 'a name', name);
    if (isGiven(description) && typeof description !== 'string') {
      refuse(`${at}.function.description`, 'a string', description);
    }
    if (isGiven(parameters) && !isObject(parameters)) {
      refuse(`${at}.function.parameters`, 'a JSON Schema object', parameters);
    }
    return {
      name,
      description: (description ?? null) as string | null,
      parameters: (parameters ?? null) as JsonObject | null,
      strict: declared['strict'] === true,
      ...readCacheMark(declared),
      ...readCacheMark(tool),
    };
  });
}

function readToolChoice(choice: unknown, tools: readonly HubTool[]): HubRequest['toolChoice'] {
  if (!isGiven(choice) || choice === 'auto' || choice === 'none') return choice === 'none' ? 'none' : 'auto';
  if (choice === 'required') {
    if (tools.length === 0) refuse('tool_choice', '`tools` to choose from', choice);
    return choice;
  }
  if (!isObject(choice)) refuse('tool_choice', "'auto', 'none', 'required' or a tool", choice);
  if (choice['type'] === 'allowed_tools') unsupported('tool_choice.type', 'offer only the allowed tools in `tools`');
  const name = isObject(choice['function']) ? choice['function']['name'] : undefined;
  if (typeof name !== 'string') refuse('tool_choice.function.name', 'the name of a tool', name);
  if (!tools.some((tool) => tool.name === name)) refuse('tool_choice.function.name', 'the name of a given tool', name);
  return { name };
}

function readResponseFormat(format: unknown): HubRequest['responseFormat'] {
  if (!isGiven(format)) return { kind: 'text' };
  if (!isObject(format)) refuse('response_format', 'an object', format);
  const { type, json_schema: wanted } = format;
  if (type === 'text' || type === 'json_object') return { kind: type };
  if (type !== 'json_schema') refuse('response_format.type', "'text', 'json_object' or 'json_schema'", type);
  if (!isObject(wanted)) refuse('response_format.json_schema', 'an object', wanted);
  const { name, schema } = wanted;
  if (typeof name !== 'string' || name === '') refuse('response_format.json_schema.name', 'a name', name);
  if (!isObject(schema)) refuse('response_format.json_schema.schema', 'a JSON Schema object', schema);
  return { kind: type, name, schema, strict: wanted['strict'] === true };
}

function readStop(stop: unknown): readonly string[] {
  if (!isGiven(stop)) return [];
  const stops = Array.isArray(stop) ? (stop as unknown[]) : [stop];
  if (!stops.every((one) => typeof one === 'string')) refuse('stop', 'a string or an array of strings', stop);
  return stops;
}
