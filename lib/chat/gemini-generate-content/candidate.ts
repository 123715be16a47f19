/** One candidate of a streamed answer, read part by part. */
import type { HubChoiceEvent } from '../hub';
import { type JsonObject, isObject } from '../json';
import { finishOf } from './finish';
import { readLogprobs } from './logprobs';
import { PartialArguments } from './partial-arguments';

/** What came is not the protocol, or is no answer. `message` never holds the model's words. */
export class Unreadable extends Error {}

export class Candidate {
  /** Google's word; `null` until it is told. */
  finishReason: string | null = null;
  private calls = 0;
  /** A tool call whose arguments are still coming. */
  private open: { readonly index: number; readonly args: PartialArguments } | null = null;
  private explanation: string | null = null;

  /** `nextCallId`: for calls that come without an id. */
  constructor(private readonly nextCallId: () => string) {}

  /** Throws `Unreadable`. */
  read({ content, finishReason, finishMessage, logprobsResult }: JsonObject): HubChoiceEvent[] {
    const parts = isObject(content) && Array.isArray(content['parts']) ? (content['parts'] as unknown[]) : [];
    const events = parts.flatMap((part) => (isObject(part) ? this.part(part) : []));
    const tokens = readLogprobs(logprobsResult);
    if (tokens.length > 0) events.push({ kind: 'logprobs', tokens });
    if (typeof finishReason === 'string') this.stop(finishReason, finishMessage);
    return events;
  }

  stop(reason: string, explanation: unknown): void {
    this.finishReason = reason;
    this.explanation = typeof explanation === 'string' && explanation !== '' ? explanation : null;
  }

  /** What is left to say when nothing more comes. */
  end(): HubChoiceEvent[] {
    const events = this.endCall();
    const finish = finishOf(this.finishReason ?? '', this.calls > 0);
    if (finish === 'content_filter' && this.explanation !== null) {
      events.push({ kind: 'refusal', text: this.explanation });
    }
    return [...events, { kind: 'finish', finish }];
  }

  /** A kind of part that is not known (code that was run, images, what comes next) is no part of a chat completion. */
  private part({ text, thought, functionCall, thoughtSignature }: JsonObject): HubChoiceEvent[] {
    if (isObject(functionCall)) return this.functionCall(functionCall, thoughtSignature);
    if (typeof text !== 'string' || text === '') return [];
    return [{ kind: thought === true ? 'reasoning' : 'text', text }];
  }

  /** A call is whole at once, or begins with its name, goes on without it, and ends with a part that will not continue. */
  private functionCall(call: JsonObject, signature: unknown): HubChoiceEvent[] {
    const { partialArgs, willContinue } = call;
    const pieces = Array.isArray(partialArgs) ? (partialArgs as unknown[]) : [];
    const events = hasName(call) ? [...this.endCall(), this.beginCall(call, signature)] : [];
    for (const piece of pieces) {
      if (this.open?.args.add(piece) !== true) throw new Unreadable('a piece of arguments has no place');
    }
    return willContinue === true ? events : [...events, ...this.endCall()];
  }

  private beginCall({ id, name, args }: JsonObject & { readonly name: string }, signature: unknown): HubChoiceEvent {
    const index = this.calls;
    this.calls += 1;
    this.open = { index, args: new PartialArguments(isObject(args) ? args : {}) };
    return {
      kind: 'tool_call',
      index,
      id: typeof id === 'string' && id !== '' ? id : this.nextCallId(),
      name,
      ...(typeof signature === 'string' && { thoughtSignature: signature }),
    };
  }

  /** The arguments of a call that came to its end, `{}` if it has none. */
  private endCall(): HubChoiceEvent[] {
    if (this.open === null) return [];
    const { index, args } = this.open;
    this.open = null;
    return [{ kind: 'tool_arguments', index, json: args.json }];
  }
}

const hasName = (call: JsonObject): call is JsonObject & { readonly name: string } =>
  typeof call['name'] === 'string' && call['name'] !== '';
