/** What the fake needs to know of a closed API to stand in for it. */
import type { RecordedRequest } from '../fake-vllm/listener';
import type { Answer, Asked, Json } from './answer';

export interface Protocol {
  readonly name: 'openai' | 'openai-responses' | 'anthropic' | 'gemini';
  /** Whether the request asks for a stream. */
  streams(request: RecordedRequest): boolean;
  /** What is wrong with the request's headers, as status and body; undefined if nothing is. */
  refusalOfKey(request: RecordedRequest): Refusal | undefined;
  refusalOfBody(body: Json): Refusal | undefined;
  /** The answers asked for: one, but for `n`. */
  asked(body: Json): Asked[];
  /** The response where nothing is streamed. */
  whole(body: Json, answers: readonly Answer[]): unknown;
  /** The events of a stream as JSON values, without what frames them. */
  events(body: Json, answers: readonly Answer[]): unknown[];
  /** One event on the wire. `json` is JSON text. */
  frame(json: string): string;
  /** What stands after the last event. */
  readonly end: string;
  /** The body of an error, alone or as an event of a stream. */
  error(status: number, message?: string): unknown;
  /** Headers of every response. */
  headers(): Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}
