/**
 * A stream of the Messages API into the hub. The finish is held back until `message_stop`: a stream that breaks between
 * the two has not been announced as whole, and must not look so.
 */
import { isSealed } from '../claude-thinking';
import type { HubEvent, HubReasoning } from '../hub';
import type { HubStep, HubStreamReader } from '../hub-stream';
import { type JsonObject, isObject, parseObject } from '../json';
import { invalidFault, reportedFault, truncatedFault } from '../upstream-fault';
import { reasoning } from './read-answer';
import { NO_USAGE, finishOf, hubUsage, refusalOf, updateUsage } from './usage';

/** A content block that is being streamed; `ignored` is a kind that has no place in a chat completion. */
type Block =
  | { readonly kind: 'text' | 'ignored' }
  | { readonly kind: 'reasoning'; text: string; signature: string; readonly redacted: string | null }
  /** `wroteArguments`: some of its JSON was passed on. `input` is what the block began with. */
  | { readonly kind: 'tool'; readonly call: number; readonly input: unknown; wroteArguments: boolean };

const NOTHING: HubStep = { events: [] };

export class MessagesStream implements HubStreamReader {
  private readonly blocks = new Map<number, Block>();
  private started = false;
  /** A block has begun, of whatever kind. */
  hasContent = false;
  private calls = 0;
  private usage = NO_USAGE;
  private stopReason: string | null = null;
  private refusal: string | null = null;

  read(event: string | undefined, data: string): HubStep {
    if (data === '') return NOTHING;
    const body = parseObject(data);
    if (body === null) return invalid('an event of the stream is not a JSON object');
    const { type } = body;
    if (type === 'error' || event === 'error') return { events: [], fault: reportedFault(body) };
    if (type === 'message_start') return this.start(body['message']);
    if (!this.started && MESSAGE_EVENTS.has(String(type))) return invalid(`${String(type)} before message_start`);
    switch (type) {
      case 'content_block_start':
        return this.startBlock(Number(body['index']), body['content_block']);
      case 'content_block_delta':
        return this.delta(Number(body['index']), body['delta']);
      case 'content_block_stop':
        return this.stopBlock(Number(body['index']));
      case 'message_delta':
        return this.messageDelta(body);
      case 'message_stop':
        return this.stop();
      default:
        return NOTHING;
    }
  }

  /** A provider that retries inside one stream begins again: harmless before any content, a broken answer after. */
  private start(message: unknown): HubStep {
    if (this.hasContent) return invalid('the answer began a second time');
    if (!isObject(message)) return invalid('message_start has no message');
    this.usage = updateUsage(NO_USAGE, message['usage']);
    const usage: HubEvent = { kind: 'usage', usage: hubUsage(this.usage) };
    this.started = true;
    return { events: [{ kind: 'start', id: String(message['id']), model: String(message['model']) }, usage] };
  }

  private startBlock(index: number, block: unknown): HubStep {
    if (!isObject(block)) return invalid('content_block_start has no block');
    this.hasContent = true;
    if (block['type'] === 'tool_use') {
      const call = this.calls;
      this.calls += 1;
      this.blocks.set(index, { kind: 'tool', call, input: block['input'], wroteArguments: false });
      return { events: [{ kind: 'tool_call', index: call, id: String(block['id']), name: String(block['name']) }] };
    }
    if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') {
      const { thinking, signature, data } = block;
      const redacted = block['type'] === 'thinking' ? null : textOf(data);
      this.blocks.set(index, { kind: 'reasoning', text: textOf(thinking), signature: textOf(signature), redacted });
      return textStep('reasoning', thinking);
    }
    const kind = block['type'] === 'text' ? 'text' : 'ignored';
    this.blocks.set(index, { kind });
    return kind === 'ignored' ? NOTHING : textStep(kind, block['text']);
  }

  private delta(index: number, delta: unknown): HubStep {
    const block = this.blocks.get(index);
    if (block === undefined || !isObject(delta)) return invalid('a delta without its content block');
    if (block.kind === 'text' && delta['type'] === 'text_delta') return textStep('text', delta['text']);
    if (block.kind === 'reasoning') {
      block.text += textOf(delta['thinking']);
      block.signature += textOf(delta['signature']);
      return textStep('reasoning', delta['thinking']);
    }
    const json = delta['partial_json'];
    if (block.kind !== 'tool' || typeof json !== 'string' || json === '') return NOTHING;
    block.wroteArguments = true;
    return { events: [{ kind: 'tool_arguments', index: block.call, json }] };
  }

  /** A tool without arguments streams none; its caller must be able to parse them all the same. */
  private stopBlock(index: number): HubStep {
    const block = this.blocks.get(index);
    this.blocks.delete(index);
    if (block?.kind === 'reasoning') return sealedStep(block);
    if (block?.kind !== 'tool' || block.wroteArguments) return NOTHING;
    return { events: [{ kind: 'tool_arguments', index: block.call, json: JSON.stringify(block.input ?? {}) }] };
  }

  private messageDelta({ delta, usage }: JsonObject): HubStep {
    this.usage = updateUsage(this.usage, usage);
    if (isObject(delta) && typeof delta['stop_reason'] === 'string') {
      this.stopReason = delta['stop_reason'];
      this.refusal = refusalOf(delta['stop_details']);
    }
    return { events: [{ kind: 'usage', usage: hubUsage(this.usage) }] };
  }

  private stop(): HubStep {
    if (this.stopReason === null) return { events: [], fault: truncatedFault() };
    if (this.blocks.size > 0) return invalid('the answer ended inside a content block');
    const refusal: HubEvent[] = this.refusal === null ? [] : [{ kind: 'refusal', text: this.refusal }];
    return { events: [...refusal, { kind: 'finish', finish: finishOf(this.stopReason) }], ended: true };
  }
}

/** Events that say something of a message that must have begun. */
const MESSAGE_EVENTS: ReadonlySet<string> = new Set([
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
]);

function sealedStep(block: Block & { kind: 'reasoning' }): HubStep {
  const { redacted, text, signature } = block;
  const read: HubReasoning = redacted === null ? reasoning(text, signature) : { kind: 'reasoning', text: '', redacted };
  return isSealed(read) ? { events: [{ kind: 'sealed_reasoning', reasoning: read }] } : NOTHING;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function textStep(kind: 'text' | 'reasoning', text: unknown): HubStep {
  return typeof text === 'string' && text !== '' ? { events: [{ kind, text }] } : NOTHING;
}

function invalid(message: string): HubStep {
  return { events: [], fault: invalidFault(message) };
}
