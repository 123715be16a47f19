/**
 * A stream of chat completion chunks into the hub. Finishes are held back until `[DONE]`: a stream that breaks between the
 * two has not been announced as whole.
 */
import type { HubChoiceEvent, HubEvent, HubFinish } from '../hub';
import type { HubStep, HubStreamReader } from '../hub-stream';
import { type JsonObject, isObject, parseObject } from '../json';
import { DONE } from '../sse';
import { abortedFault, invalidFault, reportedFault, truncatedFault } from '../upstream-fault';
import { isErrorEvent } from './chunk';
import { ABORTED, finishOf, isGivenUp } from './finish';
import { readLogprobs } from './logprobs';
import { ToolCallPieces } from './tool-call-pieces';
import { readUsage } from './usage';

interface OpenChoice {
  readonly calls: ToolCallPieces;
  finish: HubFinish | null;
}

const NOTHING: HubStep = { events: [] };

export class ChunkStream implements HubStreamReader {
  private readonly choices = new Map<number, OpenChoice>();
  private started = false;

  read(event: string | undefined, data: string): HubStep {
    if (data === DONE) return this.end();
    if (data === '') return NOTHING;
    const chunk = parseObject(data);
    if (chunk === null) return { events: [], fault: invalidFault('an event of the stream is not a JSON object') };
    if (isErrorEvent(event, chunk)) return { events: [], fault: reportedFault(chunk) };
    // Not a part of a chat: what some gateways send to keep a connection open.
    if (!Array.isArray(chunk['choices'])) return NOTHING;
    const choices = chunk['choices'].filter(isObject);
    if (choices.some(({ finish_reason: reason }) => reason === ABORTED)) return { events: [], fault: abortedFault() };
    if (choices.some(({ finish_reason: reason }) => isGivenUp(reason))) {
      return { events: [], fault: invalidFault('the model was given up') };
    }
    const events: HubEvent[] = [];
    if (!this.started) events.push({ kind: 'start', id: String(chunk['id']), model: String(chunk['model']) });
    this.started = true;
    for (const choice of choices) events.push(...this.readChoice(choice));
    const usage = readUsage(chunk['usage'], chunk['service_tier']);
    if (usage !== null) events.push({ kind: 'usage', usage });
    return { events };
  }

  private readChoice({ index, delta, finish_reason: reason, logprobs }: JsonObject): HubEvent[] {
    const number = typeof index === 'number' ? index : 0;
    const known = this.choices.get(number);
    const choice = known ?? { calls: new ToolCallPieces(), finish: null };
    if (known === undefined) this.choices.set(number, choice);
    const ends = typeof reason === 'string' && reason !== '';
    const events = readDelta(isObject(delta) ? delta : {}, choice.calls, ends);
    const tokens = readLogprobs(logprobs);
    if (tokens !== null) events.push({ kind: 'logprobs', tokens });
    if (ends) choice.finish = finishOf(reason, choice.calls.count > 0);
    return numbered(events, number);
  }

  private end(): HubStep {
    const finishes = [...this.choices].map(([index, { finish }]) =>
      finish === null ? null : numbered([{ kind: 'finish', finish }], index),
    );
    const events = finishes.filter((finish) => finish !== null).flat();
    if (events.length === 0 || events.length < finishes.length) return { events: [], fault: truncatedFault() };
    return { events, ended: true };
  }
}

const numbered = (events: readonly HubChoiceEvent[], choice: number): HubEvent[] =>
  events.map((event) => (choice === 0 ? event : { ...event, choice }));

function readDelta(delta: JsonObject, calls: ToolCallPieces, ends: boolean): HubChoiceEvent[] {
  const events: HubChoiceEvent[] = [];
  const say = (kind: 'reasoning' | 'text' | 'refusal', text: unknown): void => {
    if (typeof text === 'string' && text !== '') events.push({ kind, text });
  };
  // vLLM's name for it, and everybody else's.
  say('reasoning', delta['reasoning_content'] ?? delta['reasoning']);
  say('text', delta['content']);
  say('refusal', delta['refusal']);
  const pieces = Array.isArray(delta['tool_calls']) ? (delta['tool_calls'] as unknown[]) : [];
  return [...events, ...calls.read(pieces, ends)];
}
