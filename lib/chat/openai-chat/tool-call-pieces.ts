/** Tool calls of one choice of a stream, put together from their pieces. */
import type { HubChoiceEvent } from '../hub';
import { type JsonObject, isObject } from '../json';
import { ToolCallMender } from './mend';
import { readThoughtSignature } from './thought-signature';

interface OpenCall {
  /** The hub's number of it. */
  readonly index: number;
  wroteArguments: boolean;
}

export class ToolCallPieces {
  private readonly mender = new ToolCallMender();
  /** By the index that the mender has made sure of. */
  private readonly calls = new Map<unknown, OpenCall>();

  get count(): number {
    return this.calls.size;
  }

  /** `ends`: the choice finishes with these. A call without arguments has `{}`. */
  read(pieces: readonly unknown[], ends: boolean): HubChoiceEvent[] {
    const mended = this.mender.mend(pieces, ends) ?? pieces;
    const events = mended.filter(isObject).flatMap((piece) => this.readPiece(piece));
    if (!ends) return events;
    const without = [...this.calls.values()].filter(({ wroteArguments }) => !wroteArguments);
    return [...events, ...without.flatMap((call) => argue(call, '{}'))];
  }

  private readPiece(piece: JsonObject): HubChoiceEvent[] {
    const called = isObject(piece['function']) ? piece['function'] : {};
    const json = typeof called['arguments'] === 'string' ? called['arguments'] : '';
    const open = this.calls.get(piece['index']);
    if (open !== undefined) return argue(open, json);
    const index = this.calls.size;
    const call = { index, wroteArguments: false };
    this.calls.set(piece['index'], call);
    const id = typeof piece['id'] === 'string' && piece['id'] !== '' ? piece['id'] : `call_${index}`;
    const name = typeof called['name'] === 'string' ? called['name'] : '';
    const signature = readThoughtSignature(piece);
    const begun = { kind: 'tool_call', index, id, name } as const;
    return [signature === null ? begun : { ...begun, thoughtSignature: signature }, ...argue(call, json)];
  }
}

function argue(call: OpenCall, json: string): HubChoiceEvent[] {
  if (json === '') return [];
  call.wroteArguments = true;
  return [{ kind: 'tool_arguments', index: call.index, json }];
}
