/** The caller's Messages request into the hub. Stricter than `checkMessagesBody`: what is not understood is not guessed. */
import type { ChatCall } from '../dialect';
import { parseExactly } from '../exact-json';
import type { HubRequest, HubTool } from '../hub';
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';
import { longNumbers } from '../raw-json';
import { effortOf } from './effort';
import { formatOf } from './messages-size';
import { readCacheMark } from '../cache-control';
import { hubMessage, readTurns } from './read-turns';

/** The caller's request as the policy changed it. Throws `CallerMistake`. */
export function readCall({ text, body, set, metadata }: ChatCall): HubRequest {
  for (const [param, why] of Object.entries(REFUSED)) if (isAsked(body[param])) unsupported(param, why);
  const tools = readTools(body['tools']);
  return {
    messages: readTurns(exactly(text, body)).map(hubMessage),
    tools,
    ...readToolChoice(body['tool_choice'], tools),
    maxTokens: set.max_tokens ?? (body['max_tokens'] as number),
    temperature: set.temperature ?? readNumber('temperature', body),
    topP: set.top_p ?? readNumber('top_p', body),
    stop: readStop(body['stop_sequences']),
    stream: body['stream'] === true,
    responseFormat: readFormat(body),
    reasoningEffort: effortOf(body),
    other: {
      ...(isGiven(body['top_k']) && { top_k: body['top_k'] }),
      ...readUser(metadata === undefined ? body['metadata'] : metadata),
    },
  };
}

/** The arguments of earlier calls go on as they were written. */
const exactly = (text: string, body: JsonObject): JsonObject =>
  longNumbers(text).length > 0 ? (parseExactly(text) ?? body) : body;

/** Without these the answer would be another one than was asked for, or come from another place. */
const REFUSED: Readonly<Record<string, string>> = {
  mcp_servers: 'only Anthropic calls tools of its own accord; offer them in `tools`',
  container: 'only Anthropic runs code and skills',
  inference_geo: 'where a model answers is decided by the router',
};

const isAsked = (value: unknown): boolean => isGiven(value) && !(Array.isArray(value) && value.length === 0);

/** Parameters that have a place in the hub. The rest are hints that no other provider has a word for. */
const CARRIED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
  'output_config',
  'output_format',
  'thinking',
  'metadata',
]);

/** What no target is told of, by the caller's name. */
export function leftOut({ body, metadata }: ChatCall): string[] {
  const given = metadata === undefined ? body['metadata'] : metadata;
  const lost = isObject(given) && isGiven(given['user_id']) && readUser(given).user === undefined;
  const cites = documentsOf(body).some(({ citations }) => isObject(citations) && citations['enabled'] === true);
  return [
    ...Object.keys(body).filter((param) => !CARRIED.has(param) && isGiven(body[param])),
    ...(lost ? ['metadata.user_id'] : []),
    ...(cites ? ['citations'] : []),
  ];
}

const documentsOf = ({ messages }: JsonObject): JsonObject[] =>
  (messages as unknown[])
    .filter(isObject)
    .flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []))
    .filter(({ type }) => type === 'document');

/** The most that OpenAI takes. */
const LONGEST_USER = 64;

function readUser(metadata: unknown): { readonly user?: string } {
  const id = isObject(metadata) ? metadata['user_id'] : null;
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_USER ? { user: id } : {};
}

function readTools(tools: unknown): HubTool[] {
  return ((tools ?? []) as unknown[]).map((tool, index) => {
    const at = `tools[${index}]`;
    if (!isObject(tool)) refuse(at, 'an object', tool);
    const { type, name, description, input_schema: parameters } = tool;
    if (isGiven(type) && type !== 'custom')
      unsupported(`${at}.type`, "the tool is Anthropic's own; describe one of yours");
    if (typeof name !== 'string' || name === '') refuse(`${at}.name`, 'a name', name);
    if (isGiven(description) && typeof description !== 'string') refuse(`${at}.description`, 'a string', description);
    if (!isObject(parameters)) refuse(`${at}.input_schema`, 'a JSON Schema object', parameters);
    return {
      name,
      description: (description ?? null) as string | null,
      parameters,
      strict: tool['strict'] === true,
      ...readCacheMark(tool),
    };
  });
}

function readToolChoice(
  choice: unknown,
  tools: readonly HubTool[],
): Pick<HubRequest, 'toolChoice' | 'parallelToolCalls'> {
  if (!isGiven(choice)) return { toolChoice: 'auto', parallelToolCalls: null };
  if (!isObject(choice)) refuse('tool_choice', 'an object', choice);
  const { type, name, disable_parallel_tool_use: single } = choice;
  const parallelToolCalls = single === true ? false : null;
  switch (type) {
    case 'auto':
    case 'none':
      return { toolChoice: type, parallelToolCalls };
    case 'any':
      if (tools.length === 0) refuse('tool_choice', '`tools` to choose from', type);
      return { toolChoice: 'required', parallelToolCalls };
    case 'tool':
      if (typeof name !== 'string') refuse('tool_choice.name', 'the name of a tool', name);
      if (!tools.some((tool) => tool.name === name)) refuse('tool_choice.name', 'the name of a given tool', name);
      return { toolChoice: { name }, parallelToolCalls };
    default:
      return refuse('tool_choice.type', "'auto', 'any', 'tool' or 'none'", type);
  }
}

/** Anthropic keeps to a schema without exception, so nobody else may do less. */
function readFormat(body: JsonObject): HubRequest['responseFormat'] {
  const format = formatOf(body);
  if (format === undefined) return { kind: 'text' };
  if (!isObject(format)) refuse('output_config.format', 'an object', format);
  if (format['type'] !== 'json_schema') refuse('output_config.format.type', "'json_schema'", format['type']);
  const { schema } = format;
  if (!isObject(schema)) refuse('output_config.format.schema', 'a JSON Schema object', schema);
  return { kind: 'json_schema', name: 'answer', schema, strict: true };
}

function readStop(stop: unknown): readonly string[] {
  if (!isGiven(stop)) return [];
  if (!Array.isArray(stop) || !stop.every((one) => typeof one === 'string')) {
    refuse('stop_sequences', 'an array of strings', stop);
  }
  return stop;
}

function readNumber(param: string, body: JsonObject): number | null {
  const value = body[param] ?? null;
  if (value === null) return null;
  if (typeof value !== 'number' || value < 0 || value > 1) refuse(param, 'a number from 0 to 1', value);
  return value;
}
