/** What both completion endpoints share when they answer: ids, usage, the frame of a stream, and where it breaks. */
import { randomUUID } from 'node:crypto';
import type { Engine, Output } from './engine';
import { internal } from './errors';
import type { Exchange } from './listener';
import type { CompletionRequest } from './request';
import { startEvents, write, type Chunking } from './wire';

export interface StreamSettings {
  chunking: Chunking;
  /** A stream ends after its last chunk, without `data: [DONE]`. */
  endWithoutDone: boolean;
  /**
   * How a stream tells of an abort before its first token. `chunk`: a chunk with `finish_reason: "abort"`. `silent`: no
   * such chunk, only `[DONE]`; vLLM's stream generators skip outputs that have neither text nor ids at the beginning.
   */
  emptyAbort: 'chunk' | 'silent';
}

/** One request on its way through a completion endpoint. */
export interface Call {
  readonly exchange: Exchange;
  readonly engine: Engine;
  readonly settings: StreamSettings;
  /** The engine fails inside this request after so many tokens. */
  readonly failAfterTokens: number;
  readonly failMessage: string | undefined;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
}

export const usage = (prompt: number, completion: number): Usage => ({
  prompt_tokens: prompt,
  total_tokens: prompt + completion,
  completion_tokens: completion,
});

/** `chatcmpl-` or `cmpl-` and the caller's `x-request-id`, or a random one. */
export function completionId(prefix: 'chatcmpl' | 'cmpl', { request }: Exchange): string {
  const own = request.headers['x-request-id'];
  return `${prefix}-${typeof own === 'string' ? own : randomUUID().replaceAll('-', '')}`;
}

export const now = (): number => Math.floor(Date.now() / 1_000);

/** The engine's outputs; throws as the engine does when it fails inside the request. */
export async function* outputs(call: Call, request: CompletionRequest): AsyncGenerator<Output, void, undefined> {
  let tokens = 0;
  for await (const output of call.engine.generate(request.generation, call.exchange.gone)) {
    if (tokens >= call.failAfterTokens) throw internal(call.failMessage);
    tokens += output.tokenIds.length;
    yield output;
  }
}

/** Sends the chunks that `chunks` makes, the usage chunk if asked for, and `[DONE]`; an engine error as an event. */
export async function sendStream(
  { exchange, settings }: Call,
  chunks: AsyncIterable<unknown>,
  usageChunk: () => unknown,
): Promise<void> {
  const { response, gone } = exchange;
  const send = (event: string): Promise<void> => write(response, `data: ${event}\n\n`, settings.chunking);
  startEvents(response);
  try {
    for await (const chunk of chunks) await send(JSON.stringify(chunk));
    const last = usageChunk();
    if (last !== undefined && !gone.aborted) await send(JSON.stringify(last));
  } catch (error) {
    if (!isVllmError(error)) throw error;
    await send(JSON.stringify(error.body));
  }
  if (gone.aborted) return;
  if (!settings.endWithoutDone) await send('[DONE]');
  response.end();
}

/** Whether an output is an abort before the first token that the stream generators drop. */
export const isDropped = (output: Output, settings: StreamSettings, tokensBefore: number): boolean =>
  settings.emptyAbort === 'silent' && output.text === '' && output.tokenIds.length === 0 && tokensBefore === 0;

const isVllmError = (error: unknown): error is { body: unknown } =>
  error instanceof Error && 'body' in error && 'status' in error;
