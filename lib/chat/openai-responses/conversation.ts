/**
 * Messages put together from items. The API has a turn of the assistant as several items (thoughts, text, each call of a
 * tool) and the hub as one message, because targets want the results of all its calls directly behind it.
 */
import type { HubMessage, HubPart } from '../hub';

/** A message with the places of the items and parts it was made of, as the caller knows them. */
export interface PlacedMessage extends HubMessage {
  readonly at: string;
  /** One for one with `parts`. */
  readonly places: readonly string[];
}

/** A part with its place. */
export interface PlacedPart {
  readonly part: HubPart;
  readonly at: string;
}

interface OpenMessage extends PlacedMessage {
  readonly parts: HubPart[];
  readonly places: string[];
}

export class Conversation {
  private readonly all: OpenMessage[] = [];
  /** Calls of the assistant's last turn that have no result yet. */
  private readonly openCalls = new Set<string>();
  /** What results show beside their text: no target takes it there, so the user shows it once the results are told. */
  private shown: PlacedPart[] = [];

  say(role: 'system' | 'user', parts: readonly HubPart[], at: string, places: readonly string[]): void {
    this.show();
    this.begin(role, at, parts, places);
  }

  /** Joins the turn that the assistant has begun, unless it had come to its end. */
  answer(parts: readonly HubPart[], at: string, places: readonly string[]): void {
    if (parts.length === 0) return;
    this.show();
    const last = this.all.at(-1);
    const isCall = parts[0]?.kind === 'tool_call';
    const joins = isCall || this.openCalls.size > 0 || last?.parts.every(({ kind }) => kind === 'reasoning') === true;
    if (last?.role === 'assistant' && joins) {
      last.parts.push(...parts);
      last.places.push(...places);
    } else {
      this.openCalls.clear();
      this.begin('assistant', at, parts, places);
    }
    for (const part of parts) if (part.kind === 'tool_call') this.openCalls.add(part.id);
  }

  result(id: string, text: string, shown: readonly PlacedPart[], at: string): void {
    this.openCalls.delete(id);
    this.begin('tool', at, [{ kind: 'tool_result', id, text }], [at]);
    if (shown.length === 0) return;
    this.shown.push({ part: { kind: 'text', text: `Shown by the tool call ${id}:` }, at }, ...shown);
  }

  end(): readonly PlacedMessage[] {
    this.show();
    return this.all;
  }

  private show(): void {
    const { shown } = this;
    this.shown = [];
    const [first] = shown;
    if (first === undefined) return;
    const parts = shown.map(({ part }) => part);
    const places = shown.map(({ at }) => at);
    this.begin('user', first.at, parts, places);
  }

  private begin(role: HubMessage['role'], at: string, parts: readonly HubPart[], places: readonly string[]): void {
    this.all.push({ role, at, parts: [...parts], places: [...places] });
  }
}
