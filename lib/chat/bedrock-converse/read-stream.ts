/**
 * A stream of ConverseStream into the hub. The finish is held back until both `messageStop` and `metadata` have come,
 * in either order: the first says that the answer is whole, the second what it cost.
 */
import { reasoning } from '../anthropic-messages/read-answer';
import { isSealed } from '../claude-thinking';
import type { ChatCall } from '../dialect';
import type { HubEvent, HubReasoning } from '../hub';
import type { HubStep, HubStreamReader } from '../hub-stream';
import { type JsonObject, isObject, parseObject } from '../json';
import { invalidFault, reportedFault, truncatedFault } from '../upstream-fault';
import { finishOf, readUsage } from './usage';

/** A tool call whose block is open. `wroteArguments`: some of its JSON was passed on. */
interface OpenCall {
  readonly index: number;
  wroteArguments: boolean;
}

interface Thoughts {
  text: string;
  signature: string;
  redacted: string;
}

const NOTHING: HubStep = { events: [] };

export class ConverseStream implements HubStreamReader {
  /** By the index of the content block. Blocks of text begin with their first delta and need no memory. */
  private readonly openCalls = new Map<number, OpenCall>();
  private readonly openThoughts = new Map<number, Thoughts>();
  private calls = 0;
  private started = false;
  private hasContent = false;
  private hasMetadata = false;
  private finish: HubEvent | null = null;

  /** A stream of Converse has no id and does not name its model. */
  constructor(private readonly call: Pick<ChatCall, 'id' | 'model'>) {}

  read(event: string | undefined, data: string): HubStep {
    const body = parseObject(data);
    if (body === null) return invalid('an event of the stream is not a JSON object');
    switch (event) {
      case 'error':
        return { events: [], fault: reportedFault(body) };
      case 'messageStart':
        return this.start();
      case 'contentBlockStart':
        return this.startBlock(Number(body['contentBlockIndex']), body['start']);
      case 'contentBlockDelta':
        return this.delta(Number(body['contentBlockIndex']), body['delta']);
      case 'contentBlockStop':
        return this.stopBlock(Number(body['contentBlockIndex']));
      case 'messageStop':
        return this.stop(body['stopReason']);
      case 'metadata':
        return this.metadata(body);
      default:
        return NOTHING;
    }
  }

  /** The connection closed between two events. Counts that never came do not make a whole answer a broken one. */
  close(): HubStep {
    return this.finish === null ? { events: [], fault: truncatedFault() } : this.end();
  }

  /** A provider that retries inside one stream begins again: harmless before any content, a broken answer after. */
  private start(): HubStep {
    return this.hasContent ? invalid('the answer began a second time') : NOTHING;
  }

  private startBlock(block: number, start: unknown): HubStep {
    const toolUse = isObject(start) ? start['toolUse'] : null;
    if (!isObject(toolUse)) return NOTHING;
    const index = this.calls;
    this.calls += 1;
    this.openCalls.set(block, { index, wroteArguments: false });
    return this.give({ kind: 'tool_call', index, id: String(toolUse['toolUseId']), name: String(toolUse['name']) });
  }

  /** Kinds that are not known yet have no place in a chat completion. */
  private delta(block: number, delta: unknown): HubStep {
    if (!isObject(delta)) return invalid('a delta has nothing in it');
    const { text, reasoningContent, toolUse } = delta;
    if (isObject(toolUse)) return this.toolArguments(block, toolUse['input']);
    if (isObject(reasoningContent)) return this.reasoning(block, reasoningContent);
    return this.giveText('text', text);
  }

  private reasoning(block: number, { text, signature, redactedContent }: JsonObject): HubStep {
    const thoughts = this.openThoughts.get(block) ?? { text: '', signature: '', redacted: '' };
    this.openThoughts.set(block, thoughts);
    if (typeof signature === 'string') thoughts.signature += signature;
    if (typeof redactedContent === 'string') thoughts.redacted += redactedContent;
    if (typeof text === 'string') thoughts.text += text;
    return this.giveText('reasoning', text);
  }

  /** Once more with their seal, if they have one. */
  private endThoughts({ text, signature, redacted }: Thoughts): HubStep {
    const sealed: HubReasoning =
      redacted === '' ? reasoning(text, signature) : { kind: 'reasoning', text: '', redacted };
    return isSealed(sealed) ? this.give({ kind: 'sealed_reasoning', reasoning: sealed }) : NOTHING;
  }

  private toolArguments(block: number, json: unknown): HubStep {
    const call = this.openCalls.get(block);
    if (call === undefined) return invalid('a delta without its tool call');
    if (typeof json !== 'string' || json === '') return NOTHING;
    call.wroteArguments = true;
    return this.give({ kind: 'tool_arguments', index: call.index, json });
  }

  /** A tool without arguments streams none; its caller must be able to parse them all the same. */
  private stopBlock(block: number): HubStep {
    const thoughts = this.openThoughts.get(block);
    this.openThoughts.delete(block);
    if (thoughts !== undefined) return this.endThoughts(thoughts);
    const call = this.openCalls.get(block);
    this.openCalls.delete(block);
    if (call === undefined || call.wroteArguments) return NOTHING;
    return this.give({ kind: 'tool_arguments', index: call.index, json: '{}' });
  }

  private stop(stopReason: unknown): HubStep {
    if (typeof stopReason !== 'string') return { events: [], fault: truncatedFault() };
    if (this.openCalls.size > 0) return invalid('the answer ended inside a content block');
    const finish = finishOf(stopReason);
    if (finish === null) return invalid(`the model stopped with ${stopReason}`);
    this.finish = { kind: 'finish', finish };
    return this.hasMetadata ? this.end() : NOTHING;
  }

  private metadata({ usage: counts, serviceTier }: JsonObject): HubStep {
    this.hasMetadata = true;
    const usage = readUsage(counts, serviceTier);
    const events: HubEvent[] = usage === null ? [] : [{ kind: 'usage', usage }];
    return this.finish === null ? { events } : this.end(events);
  }

  private end(before: readonly HubEvent[] = []): HubStep {
    return { events: [...before, ...this.begun(), ...(this.finish === null ? [] : [this.finish])], ended: true };
  }

  private giveText(kind: 'text' | 'reasoning', text: unknown): HubStep {
    return typeof text === 'string' && text !== '' ? this.give({ kind, text }) : NOTHING;
  }

  private give(event: HubEvent): HubStep {
    this.hasContent = true;
    return { events: [...this.begun(), event] };
  }

  /** Before the first event for the caller. */
  private begun(): HubEvent[] {
    if (this.started) return [];
    this.started = true;
    return [{ kind: 'start', id: this.call.id, model: this.call.model }];
  }
}

function invalid(message: string): HubStep {
  return { events: [], fault: invalidFault(message) };
}
