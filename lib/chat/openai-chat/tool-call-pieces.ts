/**
 * Tool calls of one choice, put together from their pieces. Engines differ: some leave `index` out, some number every call
 * 0, some send the name and all arguments at once, some begin with a placeholder of `{}` and send the real ones after it.
 */
import type { HubChoiceEvent } from '../hub';
import { type JsonObject, isObject } from '../json';
import { readThoughtSignature } from './thought-signature';

interface OpenCall {
  /** The hub's number of it. */
  readonly index: number;
  readonly id: string;
  /** The upstream's number of it, if it gave one. */
  readonly given: unknown;
  wroteArguments: boolean;
  /** A `{}` that may be all, or a placeholder. */
  heldBraces: boolean;
}

const NO_ARGUMENTS = '{}';

export class ToolCallPieces {
  private readonly calls: OpenCall[] = [];

  get count(): number {
    return this.calls.length;
  }

  read(piece: JsonObject): HubChoiceEvent[] {
    const called = isObject(piece['function']) ? piece['function'] : {};
    const json = typeof called['arguments'] === 'string' ? called['arguments'] : '';
    const open = this.find(piece);
    if (open !== undefined) return this.argue(open, json);
    const begun = this.begin(piece, called);
    return [...begun.events, ...this.argue(begun.call, json)];
  }

  /** No more pieces come: a call without arguments has `{}`. */
  end(): HubChoiceEvent[] {
    return this.calls.flatMap((call) => {
      if (call.wroteArguments) return [];
      call.wroteArguments = true;
      return [{ kind: 'tool_arguments', index: call.index, json: NO_ARGUMENTS }];
    });
  }

  /** The call that a piece goes on with; none: it begins one. Another id is another call, whatever its number. */
  private find({ id, index }: JsonObject): OpenCall | undefined {
    const hasId = typeof id === 'string' && id !== '';
    if (hasId) return this.calls.find((call) => call.id === id && (index === undefined || call.given === index));
    return index === undefined ? this.calls.at(-1) : this.calls.findLast(({ given }) => given === index);
  }

  private begin(piece: JsonObject, called: JsonObject): { call: OpenCall; events: HubChoiceEvent[] } {
    const index = this.calls.length;
    const id = typeof piece['id'] === 'string' && piece['id'] !== '' ? piece['id'] : `call_${index}`;
    const call: OpenCall = { index, id, given: piece['index'], wroteArguments: false, heldBraces: false };
    this.calls.push(call);
    const signature = readThoughtSignature(piece);
    const name = typeof called['name'] === 'string' ? called['name'] : '';
    const begun = { kind: 'tool_call', index, id, name } as const;
    return { call, events: [signature === null ? begun : { ...begun, thoughtSignature: signature }] };
  }

  private argue(call: OpenCall, json: string): HubChoiceEvent[] {
    if (json === '' || (call.heldBraces && json.trim() === '')) return [];
    if (!call.wroteArguments && !call.heldBraces && json === NO_ARGUMENTS) {
      call.heldBraces = true;
      return [];
    }
    call.wroteArguments = true;
    return [{ kind: 'tool_arguments', index: call.index, json }];
  }
}
