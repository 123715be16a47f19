/** Messages as the turns of the Messages API. */
import type { CacheFor } from '../cache-control';
import type { HubMessage } from '../hub';
import type { JsonObject } from '../json';
import { writeThinkingBlock } from '../openai-chat/thinking-blocks';
import { type Block, type BlockWriters, refuseType, turnsOf } from '../turns';

export interface Turns {
  readonly system: readonly JsonObject[];
  /** The JSON text of `messages`. */
  readonly turns: string;
  /** By the caller's name for it. */
  readonly droppedReasoning: readonly string[];
}

export function writeTurns(messages: readonly HubMessage[]): Turns {
  const { system, turns, droppedReasoning } = turnsOf(messages, writers);
  const texts = turns.map(({ role, blocks }) => `{"role":"${role}","content":[${blocks.map(writeBlock).join(',')}]}`);
  return {
    system: system.map(({ text, cache }) => ({ type: 'text', text, ...cacheControl(cache) })),
    turns: `[${texts.join(',')}]`,
    droppedReasoning,
  };
}

function writeBlock(block: Block): string {
  const mark = cacheControl(block.cache);
  if ('text' in block) return JSON.stringify({ type: 'text', text: block.text, ...mark });
  return block.cache === undefined ? block.json : `${block.json.slice(0, -1)},${JSON.stringify(mark).slice(1)}`;
}

/** Five minutes are what no time means. */
export const cacheControl = (cache: CacheFor | undefined): JsonObject =>
  cache === undefined ? {} : { cache_control: { type: 'ephemeral', ...(cache === '1h' && { ttl: cache }) } };

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const PDF = 'application/pdf';

const writers: BlockWriters = {
  image(source, at) {
    if ('url' in source) return JSON.stringify({ type: 'image', source: { type: 'url', url: source.url } });
    const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
    if (!IMAGE_TYPES.includes(mediaType)) refuseType(`${at}.image_url.url`, IMAGE_TYPES);
    const image = { type: 'base64', media_type: mediaType, data: source.base64 };
    return JSON.stringify({ type: 'image', source: image });
  },
  file({ name, mediaType, base64 }, at) {
    if (mediaType !== PDF) refuseType(`${at}.file.file_data`, [PDF]);
    const source = { type: 'base64', media_type: PDF, data: base64 };
    return JSON.stringify({ type: 'document', source, ...(name !== null && { title: name }) });
  },
  call: (id, name, input) =>
    `{"type":"tool_use","id":${JSON.stringify(id)},"name":${JSON.stringify(name)},"input":${input}}`,
  /** A result may have no content, but not an empty one. */
  result: (id, text) =>
    JSON.stringify({ type: 'tool_result', tool_use_id: id, ...(text.trim() !== '' && { content: text }) }),
  reasoning: (thoughts) => JSON.stringify(writeThinkingBlock(thoughts)),
};
