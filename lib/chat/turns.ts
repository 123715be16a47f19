/**
 * Messages as turns in which user and assistant alternate and system text stands apart: what Anthropic's Messages API
 * and Bedrock's Converse want, each with blocks of its own.
 *
 * System and developer messages are all hoisted to the front, in their order: their text is kept, their place among the
 * turns is not.
 */
import type { CacheFor } from './cache-control';
import { CallerMistake } from './dialect';
import type { HubMessage, HubPart, HubReasoning } from './hub';
import { isSealed } from './claude-thinking';
import { argumentsOf } from './tool-arguments';
import { ToolPairs } from './tool-pairs';

export interface Turns {
  readonly system: readonly SystemText[];
  readonly turns: readonly Turn[];
  /**
   * Reasoning of earlier turns that was left out, by the caller's name for it: it cannot be sent back without the seal of
   * who wrote it, nor to anybody else.
   */
  readonly droppedReasoning: readonly string[];
}

export interface SystemText {
  readonly text: string;
  readonly cache?: CacheFor;
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  /** At least one. */
  readonly blocks: readonly Block[];
}

/** Blocks with raw JSON in them are text at once; plain text may still be trimmed. */
export type Block = ({ readonly text: string } | { readonly json: string }) & { readonly cache?: CacheFor };

/** JSON text of the blocks that are no text. `at` is the place of what they are made from, for a `CallerMistake`. */
export interface BlockWriters {
  image(source: (HubPart & { kind: 'image' })['source'], at: string): string;
  file(file: HubPart & { kind: 'file' }, at: string): string;
  /** `input` is the JSON text of an object. */
  call(id: string, name: string, input: string): string;
  result(id: string, text: string): string;
  /** Of sealed thoughts. Absent: the target takes none. */
  reasoning?(thoughts: HubReasoning): string;
}

/** What stands for a turn or a result that must be there and has nothing in it: empty text is refused. */
export const PLACEHOLDER = '(no content)';

export function turnsOf(messages: readonly HubMessage[], writers: BlockWriters, pairs = new ToolPairs()): Turns {
  const system: SystemText[] = [];
  const turns: OpenTurn[] = [];
  messages.forEach(({ role, parts }, index) => {
    const at = `messages[${index}]`;
    if (role === 'system') {
      for (const part of parts) if (hasText(part)) system.push({ text: part.text, ...cacheOf(part) });
      return;
    }
    if (role !== 'tool') pairs.close();
    turnFor(turns, role === 'assistant' ? 'assistant' : 'user').blocks.push(...writeParts(parts, at, writers, pairs));
  });
  pairs.close();
  trimPrefill(turns);
  if (turns[0]?.role !== 'user') turns.unshift({ role: 'user', blocks: [] });
  return {
    system,
    turns: turns.map(({ role, blocks }) => ({ role, blocks: blocks.length === 0 ? [{ text: PLACEHOLDER }] : blocks })),
    droppedReasoning: droppedReasoning(messages, writers),
  };
}

function droppedReasoning(messages: readonly HubMessage[], writers: BlockWriters): string[] {
  const thoughts = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'reasoning' ? [part] : [])));
  return [
    ...(thoughts.some((one) => !isSealed(one)) ? ['reasoning_content'] : []),
    ...(writers.reasoning === undefined && thoughts.some(isSealed) ? ['thinking_blocks'] : []),
  ];
}

const cacheOf = ({ cache }: HubPart): { readonly cache?: CacheFor } => (cache === undefined ? {} : { cache });

interface OpenTurn {
  readonly role: Turn['role'];
  readonly blocks: Block[];
}

/** The last turn if it has the role, else a new one: consecutive messages of one role are one turn. */
function turnFor(turns: OpenTurn[], role: Turn['role']): OpenTurn {
  const last = turns.at(-1);
  if (last?.role === role) return last;
  const turn: OpenTurn = { role, blocks: [] };
  turns.push(turn);
  return turn;
}

function writeParts(parts: readonly HubPart[], at: string, writers: BlockWriters, pairs: ToolPairs): Block[] {
  let calls = 0;
  return parts.flatMap((part, index): Block[] => {
    const cache = cacheOf(part);
    switch (part.kind) {
      case 'text':
        return hasText(part) ? [{ text: part.text, ...cache }] : [];
      case 'reasoning':
        return writers.reasoning !== undefined && isSealed(part) ? [{ json: writers.reasoning(part) }] : [];
      case 'image':
        return [{ json: writers.image(part.source, `${at}.content[${index}]`), ...cache }];
      case 'file':
        return [{ json: writers.file(part, `${at}.content[${index}]`), ...cache }];
      case 'tool_result':
        return [{ json: writers.result(pairs.result(part.id, at), part.text), ...cache }];
      case 'tool_call': {
        const place = `${at}.tool_calls[${calls}].function`;
        calls += 1;
        const id = pairs.call(part.id, at);
        return [{ json: writers.call(id, part.name, argumentsOf(part, `${place}.arguments`)), ...cache }];
      }
    }
  });
}

/** An answer that the caller began may not end in white space; one that it began with nothing was not begun. */
function trimPrefill(turns: OpenTurn[]): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return;
  const block = last.blocks.at(-1);
  if (block !== undefined && 'text' in block) last.blocks.splice(-1, 1, { ...block, text: block.text.trimEnd() });
  if (last.blocks.length === 0) turns.pop();
}

/** White space alone counts as empty. */
function hasText(part: HubPart): part is HubPart & { kind: 'text' } {
  return part.kind === 'text' && part.text.trim() !== '';
}

/** The type that a block is made from is none that the target takes. */
export function refuseType(param: string, allowed: readonly string[]): never {
  throw new CallerMistake(`Invalid '${param}': this model's provider takes ${allowed.join(', ')}.`, param);
}
