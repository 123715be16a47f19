/** The caller's messages into the hub, one for one and part for part: their places still name the caller's. */
import { readCacheMark } from '../cache-control';
import type { HubMessage, HubPart } from '../hub';
import { type JsonObject, isObject } from '../json';
import { readDataUrl } from './data-url';
import { isGiven, refuse, unsupported } from './mistakes';
import { readThinkingBlocks } from './thinking-blocks';
import { readThoughtSignature } from './thought-signature';

export function readMessages(messages: readonly JsonObject[]): HubMessage[] {
  return messages.map((message, index) => {
    const role = message['role'] as string;
    if (role === 'function') unsupported(`messages[${index}].role`, 'it was replaced by `tool`');
    const read = Object.hasOwn(READERS, role) ? READERS[role] : undefined;
    if (read === undefined) refuse(`messages[${index}].role`, ROLES, role);
    return marked(read(message, `messages[${index}]`), message);
  });
}

/** A mark on the message is one on its last part. */
function marked(read: HubMessage, message: JsonObject): HubMessage {
  const mark = readCacheMark(message);
  const last = read.parts.at(-1);
  return mark.cache === undefined || last === undefined
    ? read
    : { ...read, parts: [...read.parts.slice(0, -1), { ...last, ...mark }] };
}

type ReadMessage = (message: JsonObject, at: string) => HubMessage;

const system: ReadMessage = ({ content }, at) => ({
  role: 'system',
  parts: readContent(content, `${at}.content`, TEXT_ONLY),
});

const READERS: Readonly<Record<string, ReadMessage>> = {
  system,
  developer: system,
  user: ({ content }, at) => ({ role: 'user', parts: readContent(content, `${at}.content`, ANY) }),
  assistant: readAssistant,
  tool: readToolResult,
};

const ROLES = "'system', 'developer', 'user', 'assistant' or 'tool'";

/** An assistant that only called tools has no content, one that only thought has neither. */
function readAssistant(message: JsonObject, at: string): HubMessage {
  const reasoning = message['reasoning_content'] ?? message['reasoning'];
  const { content, refusal, tool_calls: calls } = message;
  const parts: HubPart[] = [];
  const sealed = readThinkingBlocks(message, at);
  // The blocks hold the same thoughts.
  parts.push(...sealed);
  if (sealed.length === 0 && typeof reasoning === 'string' && reasoning !== '') {
    parts.push({ kind: 'reasoning', text: reasoning });
  }
  if (isGiven(content)) parts.push(...readContent(content, `${at}.content`, ANSWER));
  if (typeof refusal === 'string' && refusal !== '') parts.push({ kind: 'text', text: refusal });
  if (isGiven(message['function_call'])) unsupported(`${at}.function_call`, 'it was replaced by `tool_calls`');
  if (isGiven(calls)) {
    if (!Array.isArray(calls)) refuse(`${at}.tool_calls`, 'an array of tool calls', calls);
    parts.push(...calls.map((call: unknown, index) => readToolCall(call, `${at}.tool_calls[${index}]`)));
  }
  return { role: 'assistant', parts };
}

/** `arguments` stay the text the model wrote, empty or not JSON: each target has its own rule for those. */
function readToolCall(call: unknown, at: string): HubPart {
  if (!isObject(call)) refuse(at, 'an object', call);
  const { id, type, function: called } = call;
  if (typeof id !== 'string' || id === '') refuse(`${at}.id`, 'an id', id);
  if (typeof type === 'string' && type !== 'function') {
    unsupported(`${at}.type`, 'only calls of type `function` can be translated');
  }
  if (!isObject(called)) refuse(`${at}.function`, 'an object', called);
  const { name, arguments: argumentsJson } = called;
  if (typeof name !== 'string' || name === '') refuse(`${at}.function.name`, 'a name', name);
  if (typeof argumentsJson !== 'string') refuse(`${at}.function.arguments`, 'JSON in a string', argumentsJson);
  const thoughtSignature = readThoughtSignature(call);
  return { kind: 'tool_call', id, name, argumentsJson, ...(thoughtSignature !== null && { thoughtSignature }) };
}

function readToolResult({ tool_call_id: id, content }: JsonObject, at: string): HubMessage {
  if (typeof id !== 'string' || id === '') refuse(`${at}.tool_call_id`, 'the id of a tool call', id);
  const parts = readContent(content, `${at}.content`, TEXT_ONLY);
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const cache = parts.findLast((part) => part.cache !== undefined)?.cache;
  return { role: 'tool', parts: [{ kind: 'tool_result', id, text, ...(cache !== undefined && { cache }) }] };
}

type ReadPart = (part: JsonObject, at: string) => HubPart;
type PartReaders = Readonly<Record<string, ReadPart>>;

const TEXT_ONLY: PartReaders = {
  text: ({ text }, at) => {
    if (typeof text !== 'string') refuse(`${at}.text`, 'a string', text);
    return { kind: 'text', text };
  },
};

/** What an assistant can have said. */
const ANSWER: PartReaders = {
  ...TEXT_ONLY,
  refusal: ({ refusal }, at) => {
    if (typeof refusal !== 'string') refuse(`${at}.refusal`, 'a string', refusal);
    return { kind: 'text', text: refusal };
  },
};

const ANY: PartReaders = {
  ...TEXT_ONLY,
  image_url: readImage,
  file: readFile,
  input_audio: (_part, at) => unsupported(`${at}.type`, 'audio cannot be translated for this target'),
};

function readContent(content: unknown, at: string, readers: PartReaders): HubPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) refuse(at, 'a string or an array of parts', content);
  return content.map((part: unknown, index) => {
    const place = `${at}[${index}]`;
    if (!isObject(part)) refuse(place, 'an object', part);
    const type = part['type'];
    const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
    if (read === undefined) refuse(`${place}.type`, `one of ${Object.keys(readers).join(', ')}`, type);
    return { ...read(part, place), ...readCacheMark(part) };
  });
}

function readImage({ image_url: image }: JsonObject, at: string): HubPart {
  const url = isObject(image) ? image['url'] : image;
  if (typeof url !== 'string') refuse(`${at}.image_url.url`, 'a URL', url);
  if (/^https?:\/\//i.test(url)) return { kind: 'image', source: { url } };
  return { kind: 'image', source: readDataUrl(url, `${at}.image_url.url`) };
}

function readFile({ file }: JsonObject, at: string): HubPart {
  if (!isObject(file)) refuse(`${at}.file`, 'an object', file);
  const { file_data: data, file_id: id, filename } = file;
  if (isGiven(id))
    unsupported(`${at}.file.file_id`, 'an uploaded file is known to one provider only; send `file_data`');
  if (typeof data !== 'string') refuse(`${at}.file.file_data`, 'a data: URL', data);
  const name = typeof filename === 'string' ? filename : null;
  return { kind: 'file', name, ...readDataUrl(data, `${at}.file.file_data`) };
}
