/** Messages as the turns of Converse. */
import { CallerMistake } from '../dialect';
import type { CacheFor } from '../cache-control';
import type { HubMessage, HubReasoning } from '../hub';
import type { JsonObject } from '../json';
import { ToolPairs } from '../tool-pairs';
import { type Block, type BlockWriters, PLACEHOLDER, type Turn, refuseType, turnsOf } from '../turns';
import { DocumentNames } from './document-names';
import type { Maker } from './model-id';

export interface ConverseTurns {
  readonly system: readonly JsonObject[];
  /** The JSON text of `messages`. */
  readonly turns: string;
  /** By the caller's name for it. */
  readonly droppedReasoning: readonly string[];
  /** Tools were called before, or results given. */
  readonly hasTools: boolean;
}

export function writeTurns(messages: readonly HubMessage[], maker: Maker | null): ConverseTurns {
  const { system, turns, droppedReasoning } = turnsOf(messages, writers(maker), new ToolPairs(maker === 'mistral'));
  return {
    system: system.flatMap(({ text, cache }) => [{ text }, ...cachePoint(cache, maker)]),
    turns: `[${turns.map((turn) => writeTurn(turn, maker)).join(',')}]`,
    droppedReasoning,
    hasTools: messages.some(({ parts }) => parts.some(({ kind }) => kind === 'tool_call' || kind === 'tool_result')),
  };
}

const DOCUMENT = '{"document":';

/** A document is refused in a turn that says nothing beside it. */
function writeTurn({ role, blocks }: Turn, maker: Maker | null): string {
  const isSilent = !blocks.some((block) => 'text' in block);
  const hasDocument = blocks.some((block) => 'json' in block && block.json.startsWith(DOCUMENT));
  const all: readonly Block[] = isSilent && hasDocument ? [...blocks, { text: PLACEHOLDER }] : blocks;
  return `{"role":"${role}","content":[${all.map((block) => writeBlock(block, maker)).join(',')}]}`;
}

function writeBlock(block: Block, maker: Maker | null): string {
  const written = 'json' in block ? block.json : JSON.stringify({ text: block.text });
  return [written, ...cachePoint(block.cache, maker).map((point) => JSON.stringify(point))].join(',');
}

/**
 * A block of its own after what is cached. Claude takes it; Nova caches unasked, and others refuse it.
 *
 * Source: Bedrock API reference, "CachePointBlock", where five minutes are what no time means.
 */
export function cachePoint(cache: CacheFor | undefined, maker: Maker | null): JsonObject[] {
  if (cache === undefined || !takesCachePoints(maker)) return [];
  return [{ cachePoint: { type: 'default', ...(cache === '1h' && { ttl: cache }) } }];
}

export const takesCachePoints = (maker: Maker | null): boolean => maker === 'anthropic';

/** By media type: the format's name here. Source: Bedrock API reference, "ImageBlock" and "DocumentBlock". */
const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
};
const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
};

function writers(maker: Maker | null): BlockWriters {
  const names = new DocumentNames();
  return {
    image(source, at) {
      const param = `${at}.image_url.url`;
      if ('url' in source) throw new CallerMistake(`Invalid '${param}': ${NO_URL}`, param);
      const format = formatOf(IMAGE_FORMATS, source.mediaType, param);
      return JSON.stringify({ image: { format, source: { bytes: source.base64 } } });
    },
    file({ name, mediaType, base64 }, at) {
      const format = formatOf(DOCUMENT_FORMATS, mediaType, `${at}.file.file_data`);
      return JSON.stringify({ document: { format, name: names.next(name), source: { bytes: base64 } } });
    },
    call: (id, name, input) =>
      `{"toolUse":{"toolUseId":${JSON.stringify(id)},"name":${JSON.stringify(name)},"input":${input}}}`,
    result: (id, text) =>
      JSON.stringify({ toolResult: { toolUseId: id, content: [{ text: text.trim() === '' ? PLACEHOLDER : text }] } }),
    // Those that callers hold are Claude's.
    ...(maker === 'anthropic' && { reasoning: writeReasoning }),
  };
}

function writeReasoning({ text, signature, redacted }: HubReasoning): string {
  const content = redacted === undefined ? { reasoningText: { text, signature } } : { redactedContent: redacted };
  return JSON.stringify({ reasoningContent: content });
}

/** To fetch it here would let callers send the router anywhere. */
const NO_URL = "this model's provider takes images as data only; send a data: URL.";

function formatOf(formats: typeof IMAGE_FORMATS, mediaType: string, param: string): string {
  const format = Object.hasOwn(formats, mediaType) ? formats[mediaType] : undefined;
  return format ?? refuseType(param, Object.keys(formats));
}
