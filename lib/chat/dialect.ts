/**
 * What the router needs of a target's protocol: how to ask, and how to read what comes back into the caller's form.
 * One dialect a pair of protocols; all are pure, the socket is elsewhere.
 */
import type { RouterError } from '../policy/errors';
import type { HubUsage } from './hub';
import type { JsonObject } from './json';

export type { JsonObject };

/** One call to one target, as the policy decided it. */
export interface ChatCall {
  /** The caller's body: the bytes as text, and what they parse to. */
  readonly text: string;
  readonly body: JsonObject;
  /** The name of the model at the target. */
  readonly model: string;
  /** Top-level fields that the policy sets, by their name in OpenAI's protocol; each replaces what the caller sent. */
  readonly set: Readonly<{ max_tokens?: number; temperature?: number; top_p?: number }>;
  /** `metadata` without what was addressed to the router; `null`: the field is taken out; absent: left alone. */
  readonly metadata?: JsonObject | null;
  /** OpenAI's own API calls the limit `max_completion_tokens`; everybody else understands `max_tokens`. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Prompt with `{prefix}` and `{suffix}` that makes the model fill in the middle; `null`: it takes a `suffix` as it is. */
  readonly infill: string | null;
  /** An id for answers whose protocol has none. */
  readonly id: string;
  /** Unix time in seconds, for answers whose protocol has no such field. */
  readonly createdSeconds: number;
  /** What a usage costs, in US dollars; `null`: the price is not known. */
  readonly costUsd: (usage: HubUsage) => number | null;
}

export interface Dialect {
  /** Path behind the target's base URL, with its query. */
  path(call: ChatCall): string;
  /** How a streamed answer is cut into events. @default - server-sent events */
  readonly framing?: Framing;
  /** Headers of the caller's request, by lower-case name, that the target hears too. @default - none */
  headers?(given: CallerHeaders): Readonly<Record<string, string>>;
  /** Throws `CallerMistake` where the caller's body cannot be said in the target's protocol. */
  request(call: ChatCall): UpstreamBody;
  /** A whole answer with status 200. */
  answer(call: ChatCall, text: string): AnswerRead | UpstreamFault;
  stream(call: ChatCall): StreamReader;
  /** What an error body of the target means. */
  fault(status: number, text: string): UpstreamFault;
}

export type CallerHeaders = Readonly<Record<string, string | undefined>>;

/** `event-stream`: AWS's binary one. */
export type Framing = 'sse' | 'event-stream';

export interface UpstreamBody {
  readonly text: string;
  /** Parameters left out because the target does not know them, by the caller's name. */
  readonly dropped: readonly string[];
  /** Parameters changed to fit the target, by the caller's name. */
  readonly changed: readonly string[];
  /** Tokens by which the answer may be longer than the call says: it has to, or the target would refuse it. */
  readonly extraTokens?: number;
}

export interface AnswerRead {
  readonly ok: true;
  /** The body for the caller. */
  readonly body: string;
  readonly usage: HubUsage | null;
  /** Why the (first) answer ended; `null`: the target does not say. */
  readonly finish: string | null;
}

/** Something the target said instead of an answer. `message` is the target's own. */
export interface UpstreamFault {
  readonly ok: false;
  /** `aborted`: the engine gave the request up while it was shutting down. */
  readonly kind: 'status' | 'error_event' | 'aborted' | 'invalid' | 'truncated';
  /** The HTTP status, or the one that the error stands for. */
  readonly status: number;
  readonly message: string;
  /** The prompt does not fit this target's context; another target's may be larger. */
  readonly contextLengthExceeded: boolean;
  /** When to come again, where the body says so and not a header. */
  readonly retryAfterSeconds?: number;
}

/** Reads one streamed answer. After a step with `fault` or `ended`, nothing more is read. */
export interface StreamReader {
  /** `data` is the text of one event, `event` its name if it has one. */
  read(event: string | undefined, data: string): StreamStep;
  /** The upstream closed before the end was announced: the stream is truncated. */
  close(): StreamStep;
  /** The event that ends a broken answer. @default - the ingress's own, which depends on nothing sent before */
  error?(error: RouterError): string;
}

export interface StreamStep {
  /** Server-sent events for the caller, complete with their blank lines; may be empty. */
  readonly out: string;
  readonly fault?: UpstreamFault;
  /** The answer is whole: everything was sent, `[DONE]` included. */
  readonly ended?: boolean;
  /** All that is known so far: a later one replaces an earlier one, and a stream that breaks has cost the last. */
  readonly usage?: HubUsage;
  readonly finish?: string;
  /** A part of the answer itself (text, reasoning, a tool call) is in `out`. */
  readonly content?: boolean;
}

/** The caller's body cannot be served as it is. */
export class CallerMistake extends Error {
  constructor(
    message: string,
    readonly param: string | null,
    readonly code: 'invalid_request' | 'unsupported_parameter' = 'invalid_request',
  ) {
    super(message);
  }
}
