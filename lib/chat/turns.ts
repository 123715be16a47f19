/**
 * Messages as turns in which user and assistant alternate and system text stands apart: what Anthropic's Messages API
 * and Bedrock's Converse want, each with blocks of its own.
 *
 * System and developer messages are all hoisted to the front, in their order: their text is kept, their place among the
 * turns is not.
 */
import { CallerMistake } from './dialect';
import type { HubMessage, HubPart } from './hub';
import { argumentsOf } from './tool-arguments';
import { checkToolName } from './tool-names';
import { ToolPairs } from './tool-pairs';

export interface Turns {
  readonly system: readonly string[];
  readonly turns: readonly Turn[];
  /** Reasoning of earlier turns was left out: it cannot be sent back without the signature of who wrote it. */
  readonly droppedReasoning: boolean;
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  /** At least one. */
  readonly blocks: readonly Block[];
}

/** Blocks with raw JSON in them are text at once; plain text may still be trimmed. */
export type Block = { readonly text: string } | { readonly json: string };

/** JSON text of the blocks that are no text. `at` is the place of what they are made from, for a `CallerMistake`. */
export interface BlockWriters {
  image(source: (HubPart & { kind: 'image' })['source'], at: string): string;
  file(file: HubPart & { kind: 'file' }, at: string): string;
  /** `input` is the JSON text of an object. */
  call(id: string, name: string, input: string): string;
  result(id: string, text: string): string;
}

/** What stands for a turn or a result that must be there and has nothing in it: empty text is refused. */
export const PLACEHOLDER = '(no content)';

export function turnsOf(messages: readonly HubMessage[], writers: BlockWriters, pairs = new ToolPairs()): Turns {
  const system: string[] = [];
  const turns: OpenTurn[] = [];
  messages.forEach(({ role, parts }, index) => {
    const at = `messages[${index}]`;
    if (role === 'system') {
      for (const part of parts) if (hasText(part)) system.push(part.text);
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
    droppedReasoning: messages.some(({ parts }) => parts.some(({ kind }) => kind === 'reasoning')),
  };
}

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
    switch (part.kind) {
      case 'text':
        return hasText(part) ? [{ text: part.text }] : [];
      case 'reasoning':
        return [];
      case 'image':
        return [{ json: writers.image(part.source, `${at}.content[${index}]`) }];
      case 'file':
        return [{ json: writers.file(part, `${at}.content[${index}]`) }];
      case 'tool_result':
        return [{ json: writers.result(pairs.result(part.id, at), part.text) }];
      case 'tool_call': {
        const place = `${at}.tool_calls[${calls}].function`;
        calls += 1;
        const id = pairs.call(part.id, at);
        checkToolName(part.name, `${place}.name`);
        return [{ json: writers.call(id, part.name, argumentsOf(part, `${place}.arguments`)) }];
      }
    }
  });
}

/** An answer that the caller began may not end in white space; one that it began with nothing was not begun. */
function trimPrefill(turns: OpenTurn[]): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return;
  const block = last.blocks.at(-1);
  if (block !== undefined && 'text' in block) last.blocks.splice(-1, 1, { text: block.text.trimEnd() });
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
