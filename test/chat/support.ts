/** Calls, streams and readers for the dialects' tests. */
import { crc32 } from 'node:zlib';
import type { ChatCall, Dialect, JsonObject, StreamStep, UpstreamFault } from '../../lib/chat/dialect';
import { eventStreamReader } from '../../lib/chat/event-stream';
import { sseEvent, sseReader } from '../../lib/chat/sse';
import { eventStream } from '../support/event-stream';

export const CREATED_SECONDS = 1_790_000_000;
export const ANSWER_ID = 'chatcmpl-1';
export const MODEL = 'target-model';

/** A call as the router makes it, with a small body unless one is given. */
export function callOf(body: JsonObject | string = {}, policy: Partial<ChatCall> = {}): ChatCall {
  const text =
    typeof body === 'string'
      ? body
      : JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'hello' }], ...body });
  return {
    text,
    body: JSON.parse(text) as JsonObject,
    model: MODEL,
    set: {},
    maxTokensField: 'max_tokens',
    infill: null,
    id: ANSWER_ID,
    createdSeconds: CREATED_SECONDS,
    costUsd: () => null,
    ...policy,
  };
}

/** What the router has in the end of a stream. */
export interface StreamRun {
  readonly out: string;
  /** Events for the caller by their data. */
  readonly events: readonly string[];
  readonly chunks: readonly Chunk[];
  readonly last: StreamStep;
  readonly usage: StreamStep['usage'];
  readonly finish: string | undefined;
  /** Whether a part of the answer was in each step that wrote something. */
  readonly content: readonly boolean[];
}

export interface Chunk {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: Delta;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

interface Delta {
  readonly role?: string;
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly refusal?: string;
  readonly tool_calls?: readonly {
    readonly index: number;
    readonly id?: string;
    readonly function: { readonly name?: string; readonly arguments?: string };
    readonly extra_content?: { readonly google: { readonly thought_signature: string } };
  }[];
}

/** Bytes of a stream as the target frames it, from the data of its events. */
export function bytesOf(events: readonly string[], { framing }: Pick<Dialect, 'framing'> = {}): Uint8Array {
  if (framing === 'event-stream') return new Uint8Array(eventStream(events));
  return new TextEncoder().encode(events.map((data) => sseEvent(data)).join(''));
}

/**
 * Reads pieces of bytes as the router does: nothing after a fault or the end, and the close if neither came. `closes`:
 * the upstream closes the connection behind them.
 */
export function run(dialect: Dialect, call: ChatCall, pieces: readonly Uint8Array[], closes = true): StreamRun {
  const reader = dialect.stream(call);
  const steps: StreamStep[] = [];
  const isOver = (): boolean => steps.at(-1)?.fault !== undefined || steps.at(-1)?.ended === true;
  const onEvent = (event: string | undefined, data: string): void => {
    if (!isOver()) steps.push(reader.read(event, data));
  };
  const onFault = (fault: UpstreamFault): void => {
    if (!isOver()) steps.push({ out: '', fault });
  };
  const bytes =
    dialect.framing === 'event-stream' ? eventStreamReader({ crc32, onEvent, onFault }) : sseReader(onEvent);
  for (const piece of pieces) bytes.push(piece);
  if (closes) bytes.end();
  if (closes && !isOver()) steps.push(reader.close());

  const out = steps.map((step) => step.out).join('');
  const events = dataOf(out);
  return {
    out,
    events,
    chunks: events.filter((data) => data !== '[DONE]').map((data) => JSON.parse(data) as Chunk),
    last: steps.at(-1) as StreamStep,
    usage: steps.findLast(({ usage }) => usage !== undefined)?.usage,
    finish: steps.findLast(({ finish }) => finish !== undefined)?.finish,
    content: steps.filter((step) => step.out !== '').map(({ content }) => content === true),
  };
}

export function runEvents(dialect: Dialect, call: ChatCall, events: readonly string[], closes = true): StreamRun {
  return run(dialect, call, [bytesOf(events, dialect)], closes);
}

export function dataOf(out: string): string[] {
  const found: string[] = [];
  const sse = sseReader((_event, data) => found.push(data));
  sse.push(new TextEncoder().encode(out));
  return found;
}

/** A streamed answer put together as a client does. */
export interface Assembled {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly calls: readonly AssembledCall[];
  readonly finishes: readonly string[];
}

interface AssembledCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly signature?: string;
}

export function assemble(chunks: readonly Chunk[]): Assembled {
  const choices = chunks.flatMap(({ choices }) => choices);
  const join = (part: (delta: Delta) => string | null | undefined): string =>
    choices.map(({ delta }) => part(delta) ?? '').join('');
  const calls: { -readonly [K in keyof AssembledCall]: AssembledCall[K] }[] = [];
  for (const call of choices.flatMap(({ delta }) => delta.tool_calls ?? [])) {
    const known = (calls[call.index] ??= { id: '', name: '', arguments: '' });
    known.id += call.id ?? '';
    known.name += call.function.name ?? '';
    known.arguments += call.function.arguments ?? '';
    if (call.extra_content !== undefined) known.signature = call.extra_content.google.thought_signature;
  }
  return {
    text: join(({ content }) => content),
    reasoning: join(({ reasoning_content: reasoning }) => reasoning),
    refusal: join(({ refusal }) => refusal),
    calls,
    finishes: choices.flatMap(({ finish_reason: finish }) => finish ?? []),
  };
}
