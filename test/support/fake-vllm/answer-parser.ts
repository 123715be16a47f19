/**
 * What vLLM's reasoning and tool parsers make of a model's raw text in chat: `<think>…</think>` becomes reasoning, and,
 * if tools were offered, `<tool_call>{"name": …, "arguments": {…}}</tool_call>` a tool call whose name comes before the
 * pieces of its arguments. /v1/completions has no such parsers.
 */
import { randomUUID } from 'node:crypto';

export interface ToolCallDelta {
  index: number;
  id?: string;
  type?: 'function';
  function: { name?: string; arguments?: string };
}

export interface Delta {
  reasoning?: string;
  content?: string;
  tool_calls?: ToolCallDelta[];
}

export interface ParserOptions {
  readonly tools: boolean;
  /** Whether a mark may arrive in pieces, so that its beginnings have to be held back. */
  readonly piecemeal: boolean;
}

type Mode = 'content' | 'reasoning' | 'tool';

export class AnswerParser {
  toolCalls = 0;
  #mode: Mode = 'content';
  #text = '';
  #call: ToolCallText | undefined;
  readonly #options: ParserOptions;

  constructor(options: ParserOptions) {
    this.#options = options;
  }

  /** What a piece of raw text adds; undefined if nothing can be said yet. */
  push(text: string, last: boolean): Delta | undefined {
    const delta: Delta = {};
    this.#text += text;
    for (;;) {
      const found = firstMark(this.#text, this.#marks());
      if (found === undefined) break;
      this.#say(this.#text.slice(0, found.at), delta);
      this.#text = this.#text.slice(found.at + found.mark.length);
      this.#turn(found.mark, delta);
    }
    const held = last || !this.#options.piecemeal ? 0 : beginningOfMark(this.#text, this.#marks());
    this.#say(this.#text.slice(0, this.#text.length - held), delta);
    this.#text = this.#text.slice(this.#text.length - held);
    return Object.keys(delta).length === 0 ? undefined : delta;
  }

  #marks(): readonly string[] {
    if (this.#mode === 'reasoning') return ['</think>'];
    if (this.#mode === 'tool') return ['</tool_call>'];
    return this.#options.tools ? ['<think>', '<tool_call>'] : ['<think>'];
  }

  #turn(mark: string, delta: Delta): void {
    if (mark === '<tool_call>') this.#call = new ToolCallText(this.toolCalls++);
    if (mark === '</tool_call>') this.#call?.end(delta);
    this.#mode = mark === '<think>' ? 'reasoning' : mark === '<tool_call>' ? 'tool' : 'content';
  }

  #say(text: string, delta: Delta): void {
    if (text === '') return;
    if (this.#mode === 'tool') this.#call?.push(text, delta);
    else delta[this.#mode] = (delta[this.#mode] ?? '') + text;
  }
}

const HEAD = /^\s*\{\s*"name"\s*:\s*"([^"]+)"/;
const ARGUMENTS = /^\s*,\s*"arguments"\s*:\s*/;

/** The text between the marks of one tool call, told as it comes. */
class ToolCallText {
  readonly #index: number;
  #text = '';
  #stage: 'name' | 'arguments-key' | 'arguments' = 'name';

  constructor(index: number) {
    this.#index = index;
  }

  push(text: string, delta: Delta): void {
    this.#text += text;
    if (this.#stage === 'name') {
      const head = HEAD.exec(this.#text);
      if (head === null) return;
      this.#stage = 'arguments-key';
      this.#text = this.#text.slice(head[0].length);
      const id = `chatcmpl-tool-${randomUUID().replaceAll('-', '')}`;
      add(delta, { index: this.#index, id, type: 'function', function: { name: head[1] ?? '', arguments: '' } });
    }
    if (this.#stage === 'arguments-key') {
      const key = ARGUMENTS.exec(this.#text);
      // Whitespace after the colon may still be on its way: wait for the first character of the value.
      if (key === null || key[0].length === this.#text.length) return;
      this.#stage = 'arguments';
      this.#text = this.#text.slice(key[0].length);
    }
    // The last brace belongs to the object around the arguments, and only the end mark says which one is the last.
    const held = /[}\s]*$/.exec(this.#text)?.[0].length ?? 0;
    this.#send(this.#text.slice(0, this.#text.length - held), delta);
    this.#text = this.#text.slice(this.#text.length - held);
  }

  end(delta: Delta): void {
    if (this.#stage === 'arguments') this.#send(this.#text.replace(/\s*\}\s*$/, ''), delta);
  }

  #send(text: string, delta: Delta): void {
    if (text !== '') add(delta, { index: this.#index, function: { arguments: text } });
  }
}

/** One entry a call and a delta: pieces that come together are told together. */
function add(delta: Delta, piece: ToolCallDelta): void {
  const before = delta.tool_calls?.find(({ index }) => index === piece.index);
  if (before === undefined) (delta.tool_calls ??= []).push(piece);
  else before.function.arguments = (before.function.arguments ?? '') + (piece.function.arguments ?? '');
}

function firstMark(text: string, marks: readonly string[]): { at: number; mark: string } | undefined {
  return marks
    .map((mark) => ({ at: text.indexOf(mark), mark }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
}

/** How many characters at the end of the text may be the beginning of a mark. */
function beginningOfMark(text: string, marks: readonly string[]): number {
  const longest = Math.max(...marks.map((mark) => mark.length)) - 1;
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    if (marks.some((mark) => mark.startsWith(text.slice(-length)))) return length;
  }
  return 0;
}
