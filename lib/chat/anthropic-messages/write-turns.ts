/**
 * Messages as the turns of the Messages API, where user and assistant alternate and system text stands apart.
 *
 * System and developer messages are all hoisted to the front, in their order: their text is kept, their place among the
 * turns is not.
 */
import { CallerMistake } from '../dialect';
import type { HubMessage, HubPart, HubToolCall } from '../hub';
import { argumentsOf } from '../tool-arguments';
import { checkToolName } from './tool-names';
import { ToolPairs } from './tool-pairs';

export interface Turns {
  readonly system: readonly { readonly type: 'text'; readonly text: string }[];
  /** The JSON text of `messages`. */
  readonly turns: string;
  /** Reasoning of earlier turns was left out: it cannot be sent back without the signature of who wrote it. */
  readonly droppedReasoning: boolean;
}

/** What stands for a turn that must be there and has nothing in it: empty text is refused. */
const PLACEHOLDER = '(no content)';

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: Block[];
}

/** Blocks with raw JSON in them are text at once; plain text may still be trimmed. */
type Block = { readonly text: string } | { readonly json: string };

export function writeTurns(messages: readonly HubMessage[]): Turns {
  const system: { type: 'text'; text: string }[] = [];
  const turns: Turn[] = [];
  const pairs = new ToolPairs();
  messages.forEach(({ role, parts }, index) => {
    const at = `messages[${index}]`;
    if (role === 'system') {
      for (const part of parts) if (hasText(part)) system.push({ type: 'text', text: part.text });
      return;
    }
    if (role !== 'tool') pairs.close();
    turnOf(turns, role === 'assistant' ? 'assistant' : 'user').blocks.push(...writeParts(parts, at, pairs));
  });
  pairs.close();
  trimPrefill(turns);
  if (turns[0]?.role !== 'user') turns.unshift({ role: 'user', blocks: [] });
  return {
    system,
    turns: `[${turns.map(writeTurn).join(',')}]`,
    droppedReasoning: messages.some(({ parts }) => parts.some(({ kind }) => kind === 'reasoning')),
  };
}

/** The last turn if it has the role, else a new one: consecutive messages of one role are one turn. */
function turnOf(turns: Turn[], role: Turn['role']): Turn {
  const last = turns.at(-1);
  if (last?.role === role) return last;
  const turn: Turn = { role, blocks: [] };
  turns.push(turn);
  return turn;
}

function writeParts(parts: readonly HubPart[], at: string, pairs: ToolPairs): Block[] {
  let calls = 0;
  return parts.flatMap((part, index): Block[] => {
    switch (part.kind) {
      case 'text':
        return hasText(part) ? [{ text: part.text }] : [];
      case 'reasoning':
        return [];
      case 'image':
        return [
          { json: JSON.stringify({ type: 'image', source: writeImage(part.source, `${at}.content[${index}]`) }) },
        ];
      case 'file':
        return [{ json: writeDocument(part, `${at}.content[${index}]`) }];
      case 'tool_result':
        return [{ json: writeResult(pairs.result(part.id, at), part.text) }];
      case 'tool_call':
        calls += 1;
        return [{ json: writeCall(part, pairs.call(part.id, at), `${at}.tool_calls[${calls - 1}].function`) }];
    }
  });
}

function writeCall(call: HubToolCall, id: string, at: string): string {
  checkToolName(call.name, `${at}.name`);
  const input = argumentsOf(call, `${at}.arguments`);
  return `{"type":"tool_use","id":${JSON.stringify(id)},"name":${JSON.stringify(call.name)},"input":${input}}`;
}

/** A result may have no content, but not an empty one. */
function writeResult(id: string, text: string): string {
  return JSON.stringify({ type: 'tool_result', tool_use_id: id, ...(text.trim() !== '' && { content: text }) });
}

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

function writeImage(source: (HubPart & { kind: 'image' })['source'], at: string): object {
  if ('url' in source) return { type: 'url', url: source.url };
  const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
  if (!IMAGE_TYPES.includes(mediaType)) refuseType(`${at}.image_url.url`, IMAGE_TYPES);
  return { type: 'base64', media_type: mediaType, data: source.base64 };
}

const PDF = 'application/pdf';

function writeDocument({ name, mediaType, base64 }: HubPart & { kind: 'file' }, at: string): string {
  if (mediaType !== PDF) refuseType(`${at}.file.file_data`, [PDF]);
  const source = { type: 'base64', media_type: PDF, data: base64 };
  return JSON.stringify({ type: 'document', source, ...(name !== null && { title: name }) });
}

function refuseType(param: string, allowed: readonly string[]): never {
  throw new CallerMistake(`Invalid '${param}': this model's provider takes ${allowed.join(', ')}.`, param);
}

/** An answer that the caller began may not end in white space; one that it began with nothing was not begun. */
function trimPrefill(turns: Turn[]): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return;
  const block = last.blocks.at(-1);
  if (block !== undefined && 'text' in block) last.blocks.splice(-1, 1, { text: block.text.trimEnd() });
  if (last.blocks.length === 0) turns.pop();
}

function writeTurn({ role, blocks }: Turn): string {
  const content = blocks.length === 0 ? [{ text: PLACEHOLDER }] : blocks;
  const texts = content.map((block) => ('json' in block ? block.json : JSON.stringify({ type: 'text', ...block })));
  return `{"role":"${role}","content":[${texts.join(',')}]}`;
}

/** White space alone counts as empty. */
function hasText(part: HubPart): part is HubPart & { kind: 'text' } {
  return part.kind === 'text' && part.text.trim() !== '';
}
