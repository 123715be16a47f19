/** Messages as the turns of Converse. */
import { CallerMistake } from '../dialect';
import type { HubMessage } from '../hub';
import { ToolPairs } from '../tool-pairs';
import { type Block, type BlockWriters, PLACEHOLDER, type Turn, refuseType, turnsOf } from '../turns';
import { DocumentNames } from './document-names';
import type { Maker } from './model-id';

export interface ConverseTurns {
  readonly system: readonly { readonly text: string }[];
  /** The JSON text of `messages`. */
  readonly turns: string;
  /** Reasoning of earlier turns was left out: it cannot be sent back without the signature of who wrote it. */
  readonly droppedReasoning: boolean;
  /** Tools were called before, or results given. */
  readonly hasTools: boolean;
}

export function writeTurns(messages: readonly HubMessage[], maker: Maker | null): ConverseTurns {
  const { system, turns, droppedReasoning } = turnsOf(messages, writers(), new ToolPairs(maker === 'mistral'));
  return {
    system: system.map((text) => ({ text })),
    turns: `[${turns.map(writeTurn).join(',')}]`,
    droppedReasoning,
    hasTools: messages.some(({ parts }) => parts.some(({ kind }) => kind === 'tool_call' || kind === 'tool_result')),
  };
}

const DOCUMENT = '{"document":';

/** A document is refused in a turn that says nothing beside it. */
function writeTurn({ role, blocks }: Turn): string {
  const isSilent = !blocks.some((block) => 'text' in block);
  const hasDocument = blocks.some((block) => 'json' in block && block.json.startsWith(DOCUMENT));
  const all: readonly Block[] = isSilent && hasDocument ? [...blocks, { text: PLACEHOLDER }] : blocks;
  return `{"role":"${role}","content":[${all.map(writeBlock).join(',')}]}`;
}

const writeBlock = (block: Block): string => ('json' in block ? block.json : JSON.stringify(block));

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

function writers(): BlockWriters {
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
  };
}

/** To fetch it here would let callers send the router anywhere. */
const NO_URL = "this model's provider takes images as data only; send a data: URL.";

function formatOf(formats: typeof IMAGE_FORMATS, mediaType: string, param: string): string {
  const format = Object.hasOwn(formats, mediaType) ? formats[mediaType] : undefined;
  return format ?? refuseType(param, Object.keys(formats));
}
