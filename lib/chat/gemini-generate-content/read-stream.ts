/**
 * A stream of `generateContent` into the hub. Nothing but the close of the connection announces its end, and counts may
 * follow a finish reason: the finish is held back until then, and without one the stream is truncated.
 */
import type { ChatCall } from '../dialect';
import { parseExactly } from '../exact-json';
import type { HubEvent } from '../hub';
import type { HubStep, HubStreamReader } from '../hub-stream';
import { type JsonObject, isObject } from '../json';
import { invalidFault, reportedFault, truncatedFault } from '../upstream-fault';
import { Candidate, Unreadable } from './candidate';
import { isFailure } from './finish';
import { NO_USAGE, hubUsage, updateUsage } from './usage';

export class GenerateContentStream implements HubStreamReader {
  private readonly candidates = new Map<number, Candidate>();
  private id: string | null = null;
  private calls = 0;
  private usage = NO_USAGE;

  constructor(private readonly call: Pick<ChatCall, 'model' | 'createdSeconds'>) {}

  read(event: string | undefined, data: string): HubStep {
    if (data === '') return { events: [] };
    const body = parseExactly(data);
    if (body === null) return { events: [], fault: invalidFault('an event of the stream is not a JSON object') };
    if (event === 'error' || (body['error'] !== undefined && body['error'] !== null))
      return { events: [], fault: reportedFault(body) };
    const head = [...this.start(body), ...this.count(body)];
    try {
      return { events: [...head, ...this.content(body)] };
    } catch (error) {
      // What it has cost is told all the same.
      if (error instanceof Unreadable) return { events: head, fault: invalidFault(error.message) };
      throw error;
    }
  }

  close(): HubStep {
    const all = [...this.candidates];
    if (all.length === 0 || all.some(([, { finishReason }]) => finishReason === null)) {
      return { events: [], fault: truncatedFault() };
    }
    return { events: all.flatMap(([choice, one]) => one.end().map((event) => ({ ...event, choice }))), ended: true };
  }

  private start({ responseId, modelVersion }: JsonObject): HubEvent[] {
    if (this.id !== null) return [];
    const { model, createdSeconds } = this.call;
    this.id = typeof responseId === 'string' ? responseId : `gemini-${createdSeconds}`;
    return [{ kind: 'start', id: this.id, model: typeof modelVersion === 'string' ? modelVersion : model }];
  }

  private count({ usageMetadata }: JsonObject): HubEvent[] {
    this.usage = updateUsage(this.usage, usageMetadata);
    const usage = hubUsage(this.usage);
    return usage === null || usageMetadata === undefined ? [] : [{ kind: 'usage', usage }];
  }

  private content({ candidates, promptFeedback }: JsonObject): HubEvent[] {
    const given = Array.isArray(candidates) ? candidates.filter(isObject) : [];
    const events = given.flatMap((one, position) => {
      const choice = typeof one['index'] === 'number' ? one['index'] : position;
      return this.candidate(choice)
        .read(one)
        .map((event) => ({ ...event, choice }));
    });
    const reason = [...this.candidates.values()].find((one) => isFailure(one.finishReason ?? ''))?.finishReason;
    if (reason !== undefined) throw new Unreadable(`the answer ended with ${reason}`);
    if (isObject(promptFeedback)) this.block(promptFeedback);
    return events;
  }

  /** A prompt that is not answered at all has no candidate. */
  private block({ blockReason, blockReasonMessage }: JsonObject): void {
    if (typeof blockReason === 'string' && this.candidates.size === 0) {
      this.candidate(0).stop(blockReason, blockReasonMessage);
    }
  }

  private candidate(choice: number): Candidate {
    const known = this.candidates.get(choice);
    if (known !== undefined) return known;
    // Unique in its conversation: the response's own id is.
    const made = new Candidate(() => `call_${this.id}_${this.calls++}`);
    this.candidates.set(choice, made);
    return made;
  }
}
