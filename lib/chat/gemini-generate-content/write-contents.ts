/**
 * Messages as `contents`, where user and model alternate and system text stands apart.
 *
 * System and developer messages are all hoisted to the front, in their order: their text is kept, their place among the
 * turns is not.
 */
import { isSealed } from '../claude-thinking';
import { ToolPairs } from '../tool-pairs';
import { CallerMistake } from '../dialect';
import type { HubMessage, HubPart, HubToolCall } from '../hub';
import { argumentsOf } from '../tool-arguments';
import { GEMINI_3, generationOf } from './model-generation';

export interface Contents {
  readonly system: readonly { readonly text: string }[];
  /** The JSON text of `contents`. */
  readonly contents: string;
  /** What of the messages was left out, by the caller's name. */
  readonly dropped: readonly string[];
}

export function writeContents(messages: readonly HubMessage[], model: string): Contents {
  const system = messages.flatMap(({ role, parts }) => (role === 'system' ? parts.filter(hasText) : []));
  const turns = new Turns(generationOf(model) >= GEMINI_3);
  messages.forEach((message, index) => turns.add(message, `messages[${index}]`));
  const parts = messages.flatMap((message) => message.parts);
  return {
    system: system.map(({ text }) => ({ text })),
    contents: turns.end(),
    dropped: [
      // It is the model's own only with the signature of who wrote it.
      ...(parts.some((part) => part.kind === 'reasoning' && !isSealed(part)) ? ['reasoning_content'] : []),
      ...(parts.some((part) => part.kind === 'reasoning' && isSealed(part)) ? ['thinking_blocks'] : []),
      ...(parts.some((part) => part.kind === 'file' && part.name !== null) ? ['file.filename'] : []),
    ],
  };
}

/** What stands for a turn that must be there and has nothing in it: a turn without parts is refused. */
const PLACEHOLDER = JSON.stringify({ text: '(no content)' });

/**
 * Stands for a signature that is not there, because another model made the call or the caller left it out: Gemini 3
 * refuses the first call of a turn without any.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const NO_SIGNATURE = 'skip_thought_signature_validator';

interface Turn {
  readonly role: 'user' | 'model';
  /** JSON texts. */
  readonly parts: string[];
}

class Turns {
  private readonly turns: Turn[] = [];
  private readonly pairs = new ToolPairs();
  /** Of tool calls, by the id that the target gets: a result must say the name too. */
  private readonly names = new Map<string, string>();

  constructor(private readonly needsSignature: boolean) {}

  add({ role, parts }: HubMessage, at: string): void {
    if (role === 'system') return;
    if (role !== 'tool') this.pairs.close();
    const turn = this.turnOf(role === 'assistant' ? 'model' : 'user');
    let calls = 0;
    parts.forEach((part, index) => {
      switch (part.kind) {
        case 'text':
          if (hasText(part)) turn.parts.push(JSON.stringify({ text: part.text }));
          break;
        case 'reasoning':
          break;
        case 'image':
          turn.parts.push(writeImage(part.source, `${at}.content[${index}].image_url.url`));
          break;
        case 'file':
          turn.parts.push(writeFile(part, `${at}.content[${index}].file.file_data`));
          break;
        case 'tool_call':
          turn.parts.push(this.call(part, calls, at));
          calls += 1;
          break;
        case 'tool_result':
          turn.parts.push(this.result(part, at));
          break;
      }
    });
  }

  /** The JSON text of all turns. */
  end(): string {
    this.pairs.close();
    const last = this.turns.at(-1);
    // An answer that the caller began with nothing was not begun.
    if (last?.role === 'model' && last.parts.length === 0) this.turns.pop();
    if (this.turns[0]?.role !== 'user') this.turns.unshift({ role: 'user', parts: [] });
    const texts = this.turns.map(({ role, parts }) => {
      const written = parts.length === 0 ? PLACEHOLDER : parts.join(',');
      return `{"role":"${role}","parts":[${written}]}`;
    });
    return `[${texts.join(',')}]`;
  }

  /** The last turn if it has the role, else a new one: consecutive messages of one role are one turn. */
  private turnOf(role: Turn['role']): Turn {
    const last = this.turns.at(-1);
    if (last?.role === role) return last;
    const turn: Turn = { role, parts: [] };
    this.turns.push(turn);
    return turn;
  }

  /** `number` counts the calls of one message: of those only the first has a signature. */
  private call(call: HubToolCall, number: number, at: string): string {
    const place = `${at}.tool_calls[${number}].function`;
    const args = argumentsOf(call, `${place}.arguments`);
    const id = this.pairs.call(call.id, at);
    this.names.set(id, call.name);
    const missing = this.needsSignature && number === 0 ? NO_SIGNATURE : undefined;
    const signature = call.thoughtSignature ?? missing;
    const signed = signature === undefined ? '' : `,"thoughtSignature":${JSON.stringify(signature)}`;
    const head = JSON.stringify({ id, name: call.name }).slice(0, -1);
    return `{"functionCall":${head},"args":${args}}${signed}}`;
  }

  /** The result stays a text: as an object, `$ref` in it would be taken for a reference. */
  private result({ id: callersId, text }: HubPart & { kind: 'tool_result' }, at: string): string {
    const id = this.pairs.result(callersId, at);
    return JSON.stringify({ functionResponse: { id, name: this.names.get(id), response: { output: text } } });
  }
}

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif'];

function writeImage(source: (HubPart & { kind: 'image' })['source'], param: string): string {
  if ('url' in source) {
    throw new CallerMistake(
      `Unsupported '${param}': this model takes images as data: URLs only, and the router fetches none.`,
      param,
      'unsupported_parameter',
    );
  }
  const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
  return writeInline({ mediaType, base64: source.base64 }, IMAGE_TYPES, param);
}

function writeFile(file: HubPart & { kind: 'file' }, param: string): string {
  return writeInline(file, ['application/pdf'], param);
}

function writeInline(
  { mediaType, base64 }: { readonly mediaType: string; readonly base64: string },
  allowed: readonly string[],
  param: string,
): string {
  if (allowed.includes(mediaType)) return JSON.stringify({ inlineData: { mimeType: mediaType, data: base64 } });
  throw new CallerMistake(`Invalid '${param}': this model's provider takes ${allowed.join(', ')}.`, param);
}

/** White space alone counts as empty. */
function hasText(part: HubPart): part is HubPart & { kind: 'text' } {
  return part.kind === 'text' && part.text.trim() !== '';
}
