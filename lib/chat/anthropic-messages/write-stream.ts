/**
 * Hub events as those of a streamed message. One block is open at a time: what belongs to a later one waits until the one
 * before it is whole. Nothing is said of the end before it has come.
 */
import type { HubEvent, HubFinish, HubReasoning, HubUsage } from '../hub';
import type { HubStreamWriter } from '../hub-stream';
import { type JsonObject, parseObject } from '../json';
import { writeThoughtSignature } from '../openai-chat/thought-signature';
import { sseEvent } from '../sse';
import { headOf } from './message-head';
import { stopFields } from './stop-reason';
import { writeToolId } from './tool-ids';
import { NO_HUB_USAGE, writeUsage } from './usage';

interface Block {
  readonly kind: 'text' | 'thinking' | 'redacted_thinking' | 'tool_use';
  /** What it begins with. */
  readonly start: JsonObject;
  /** Deltas that are not written yet. */
  readonly waiting: JsonObject[];
  /** Which tool call it is. */
  readonly call?: number;
  /** All that came of its text, of its signature or of its arguments. */
  text: string;
  isOpen: boolean;
  isSigned: boolean;
}

type ContentEvent = Exclude<HubEvent, { readonly kind: 'start' | 'usage' }>;

export class MessageWriter implements HubStreamWriter {
  private head: JsonObject = {};
  private usage: HubUsage | null = null;
  private begun = false;
  private refused = false;
  private calls = 0;
  private finish: HubFinish | null = null;
  /** The number of the first block of `blocks`. */
  private index = 0;
  private readonly blocks: Block[] = [];

  write(event: HubEvent): string {
    switch (event.kind) {
      case 'start':
        this.head = headOf(event.id, event.model);
        return '';
      case 'usage':
        this.usage = event.usage;
        return '';
      default:
        // Several answers cannot be asked for.
        if ((event.choice ?? 0) !== 0) return '';
        this.take(event);
        return this.begin() + this.flush();
    }
  }

  end(): string {
    const { finish, refused, calls } = this;
    if (finish === null) throw new Error('a stream without a finish has no end');
    const delta = stopFields({ finish, hasCalls: calls > 0, refused });
    return (
      write({ type: 'message_delta', delta, usage: writeUsage(this.usage ?? NO_HUB_USAGE) }) +
      write({ type: 'message_stop' })
    );
  }

  /** With the first of the answer: a provider may begin a second time before that. */
  private begin(): string {
    if (this.begun) return '';
    this.begun = true;
    const usage = writeUsage(this.usage ?? NO_HUB_USAGE);
    const message = { ...this.head, content: [], stop_reason: null, stop_sequence: null, usage };
    return write({ type: 'message_start', message }) + write({ type: 'ping' });
  }

  private take(event: ContentEvent): void {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        this.refused ||= event.kind === 'refusal';
        return add(this.last('text') ?? this.open('text', { text: '' }), event.text, {
          type: 'text_delta',
          text: event.text,
        });
      case 'reasoning':
        return add(this.thinking(), event.text, { type: 'thinking_delta', thinking: event.text });
      case 'sealed_reasoning':
        return this.seal(event.reasoning);
      case 'tool_call': {
        this.calls += 1;
        const { index, id, name, thoughtSignature } = event;
        const start = { id: writeToolId(id), name, input: {}, ...writeThoughtSignature(thoughtSignature) };
        this.open('tool_use', start, index);
        return;
      }
      case 'tool_arguments': {
        const block = this.blocks.find(({ call }) => call === event.index);
        // Behind a whole object nothing but white space can come.
        if (block !== undefined) add(block, event.json, { type: 'input_json_delta', partial_json: event.json });
        return;
      }
      case 'finish':
        this.finish = event.finish;
        return;
      case 'logprobs':
        return;
    }
  }

  /** What was thought so far is written already; behind its seal a new block begins. */
  private seal({ signature, redacted }: HubReasoning): void {
    if (redacted !== undefined) return void this.open('redacted_thinking', { data: redacted });
    if (signature === undefined) return;
    const block = this.thinking();
    block.isSigned = true;
    add(block, signature, { type: 'signature_delta', signature });
  }

  private thinking(): Block {
    const last = this.last('thinking');
    return last !== undefined && !last.isSigned ? last : this.open('thinking', { thinking: '', signature: '' });
  }

  private last(kind: Block['kind']): Block | undefined {
    const last = this.blocks.at(-1);
    return last?.kind === kind ? last : undefined;
  }

  private open(kind: Block['kind'], start: JsonObject, call?: number): Block {
    const more = { ...(call !== undefined && { call }), text: '', isOpen: false, isSigned: false };
    const block: Block = { kind, start: { type: kind, ...start }, waiting: [], ...more };
    this.blocks.push(block);
    return block;
  }

  /** The first block as far as it has come, and those behind it once it is whole. */
  private flush(): string {
    let out = '';
    for (let [block] = this.blocks; block !== undefined; [block] = this.blocks) {
      if (!isSilent(block)) out += this.writeBlock(block);
      const isWhole = this.finish !== null || (this.blocks.length > 1 && isComplete(block));
      if (!isWhole) return out;
      this.blocks.shift();
      if (!block.isOpen) continue;
      out += write({ type: 'content_block_stop', index: this.index });
      this.index += 1;
    }
    return out;
  }

  private writeBlock(block: Block): string {
    const { index } = this;
    let out = block.isOpen ? '' : write({ type: 'content_block_start', index, content_block: block.start });
    block.isOpen = true;
    for (const delta of block.waiting.splice(0)) out += write({ type: 'content_block_delta', index, delta });
    return out;
  }
}

function add(block: Block, text: string, delta: JsonObject): void {
  block.text += text;
  block.waiting.push(delta);
}

/** White space alone is no text: Anthropic would refuse it when the caller sends it back. */
const isSilent = ({ kind, text }: Block): boolean => kind === 'text' && text.trim() === '';

/** What can no longer grow: of a tool call the arguments, once they are an object. */
const isComplete = ({ kind, text }: Block): boolean =>
  kind !== 'tool_use' || (text.trimEnd().endsWith('}') && parseObject(text) !== null);

const write = (event: JsonObject): string => sseEvent(JSON.stringify(event), String(event['type']));
