/** Content blocks of the Messages API into the hub, each with the place that it came from. */
import { readCacheMark } from '../cache-control';
import type { HubPart } from '../hub';
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';
import { readThoughtSignature } from '../openai-chat/thought-signature';
import { readToolId } from './tool-ids';

export interface Placed {
  readonly part: HubPart;
  /** In the caller's body. */
  readonly at: string;
}

type ReadBlock = (block: JsonObject, at: string) => Placed[];
export type BlockReaders = Readonly<Record<string, ReadBlock>>;

export function readContent(content: unknown, at: string, readers: BlockReaders): Placed[] {
  if (typeof content === 'string') return [{ part: { kind: 'text', text: content }, at }];
  if (!Array.isArray(content)) refuse(at, 'a string or an array of blocks', content);
  return content.flatMap((block: unknown, index) => readBlock(block, `${at}[${index}]`, readers));
}

export function readBlock(block: unknown, at: string, readers: BlockReaders): Placed[] {
  if (!isObject(block)) refuse(at, 'an object', block);
  const { type } = block;
  if (typeof type !== 'string') refuse(`${at}.type`, 'a string', type);
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  // Blocks of tools that Anthropic runs itself, and what comes next: without them the model would not know what it knows.
  if (read === undefined) unsupported(`${at}.type`, `only ${Object.keys(readers).join(', ')} can be translated here`);
  return read(block, at);
}

const readText: ReadBlock = (block, at) => [
  { part: { kind: 'text', text: text(block['text'], `${at}.text`), ...readCacheMark(block) }, at },
];

const readImage: ReadBlock = (block, at) => {
  const { source } = block;
  if (!isObject(source)) refuse(`${at}.source`, 'an object', source);
  if (source['type'] === 'url') {
    const url = text(source['url'], `${at}.source.url`);
    if (!/^https?:\/\//i.test(url)) refuse(`${at}.source.url`, 'an address on the web', url);
    return [{ part: { kind: 'image', source: { url }, ...readCacheMark(block) }, at }];
  }
  if (source['type'] !== 'base64') unsupported(`${at}.source.type`, UPLOADED);
  return [{ part: { kind: 'image', source: inline(source, at), ...readCacheMark(block) }, at }];
};

/** What was uploaded to Anthropic is known there only; to fetch it here would let callers send the router anywhere. */
const UPLOADED = 'other models take what is in the request only; send it as base64';

const readDocument: ReadBlock = (block, at) => {
  const { source, title, context } = block;
  if (!isObject(source)) refuse(`${at}.source`, 'an object', source);
  const name = isGiven(title) ? text(title, `${at}.title`) : null;
  const about = isGiven(context) ? text(context, `${at}.context`) : null;
  const said = (parts: readonly (string | null)[]): Placed[] => {
    const heading = parts.filter((part) => part !== null && part !== '').join('\n');
    return heading === '' ? [] : [{ part: { kind: 'text', text: heading }, at }];
  };
  switch (source['type']) {
    case 'base64':
      return [...said([about]), { part: { kind: 'file', name, ...inline(source, at), ...readCacheMark(block) }, at }];
    case 'text': {
      const whole = [name, about, text(source['data'], `${at}.source.data`)].filter((part) => part !== null).join('\n');
      return [{ part: { kind: 'text', text: whole, ...readCacheMark(block) }, at }];
    }
    case 'content':
      return [...said([name, about]), ...readContent(source['content'], `${at}.source.content`, SHOWN)];
    default:
      return unsupported(`${at}.source.type`, UPLOADED);
  }
};

function inline(source: JsonObject, at: string): { mediaType: string; base64: string } {
  const mediaType = text(source['media_type'], `${at}.source.media_type`).toLowerCase();
  return { mediaType, base64: text(source['data'], `${at}.source.data`) };
}

/** What a user shows, and what a tool gives back. */
const SHOWN: BlockReaders = { text: readText, image: readImage };
const RETURNED: BlockReaders = { ...SHOWN, document: readDocument };

/** The result itself, with what it shows behind it: as a result of a tool most models take text only. */
const readToolResult: ReadBlock = (block, at) => {
  const { tool_use_id: id, content, is_error: isError } = block;
  if (typeof id !== 'string' || id === '') refuse(`${at}.tool_use_id`, 'the id of a tool call', id);
  const read = isGiven(content) ? readContent(content, `${at}.content`, RETURNED) : [];
  const shown = read.filter(({ part }) => part.kind !== 'text');
  const texts = read.flatMap(({ part }) => (part.kind === 'text' ? [part.text] : []));
  const said = [...texts, ...(shown.length > 0 ? [SHOWN_BELOW] : [])].join('\n');
  const result = isError === true && !SAYS_ERROR.test(said) ? `Error: ${said}` : said;
  return [{ part: { kind: 'tool_result', id: readToolId(id), text: result, ...readCacheMark(block) }, at }, ...shown];
};

const SHOWN_BELOW = '(shown below)';
/** No other protocol has a mark for a tool that failed, and most tools say so themselves. */
const SAYS_ERROR = /^\W{0,3}(?:\w+[ _])?(?:error|exception|failed)/i;

/** What is not for others to read goes back as it came to who wrote it. */
const readThinking: ReadBlock = ({ thinking, signature }, at) => {
  const signed = typeof signature === 'string' && signature !== '' ? { signature } : {};
  return [{ part: { kind: 'reasoning', text: text(thinking, `${at}.thinking`), ...signed }, at }];
};

const readRedacted: ReadBlock = ({ data }, at) => [
  { part: { kind: 'reasoning', text: '', redacted: text(data, `${at}.data`) }, at },
];

const readToolUse: ReadBlock = (block, at) => {
  const { id, name, input } = block;
  if (typeof id !== 'string' || id === '') refuse(`${at}.id`, 'an id', id);
  if (typeof name !== 'string' || name === '') refuse(`${at}.name`, 'a name', name);
  if (!isObject(input)) refuse(`${at}.input`, 'an object', input);
  const signature = readThoughtSignature(block);
  return [
    {
      part: {
        kind: 'tool_call',
        id: readToolId(id),
        name,
        argumentsJson: JSON.stringify(input),
        ...(signature !== null && { thoughtSignature: signature }),
        ...readCacheMark(block),
      },
      at,
    },
  ];
};

export const SYSTEM: BlockReaders = { text: readText };
export const USER: BlockReaders = { ...RETURNED, tool_result: readToolResult };
export const ASSISTANT: BlockReaders = {
  text: readText,
  thinking: readThinking,
  redacted_thinking: readRedacted,
  tool_use: readToolUse,
};

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') refuse(at, 'a string', value);
  return value;
}
