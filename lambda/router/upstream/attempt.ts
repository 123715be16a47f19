/** One attempt: one request to one destination, to the point where it is known whether it will answer. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type {
  AnswerRead,
  CallerHeaders,
  ChatCall,
  Dialect,
  Framing,
  UpstreamBody,
  UpstreamFault,
} from '../../../lib/chat/dialect';
import { isGateRefusal } from '../../../lib/chat/gate-refusal';
import type { PlanLimits } from '../../../lib/plan/types';
import type { AttemptFailure } from '../../../lib/policy/reasons';
import type { CallerSignal } from '../request';
import { decoded } from './decoded';
import { type Post, UpstreamFailure, post } from './http';
import { signedPost } from './signing';
import { retryAfterSeconds } from './retry-after';
import { StreamedAnswer, failureBehind, failureOf } from './streamed-answer';
import type { Destination } from './targets';

export interface AttemptInput {
  readonly destination: Destination;
  readonly dialect: Dialect;
  readonly call: ChatCall;
  readonly body: UpstreamBody;
  readonly callerHeaders: CallerHeaders;
  readonly stream: boolean;
  readonly limits: PlanLimits;
  /** Until the request's deadline. */
  readonly leftMs: number;
  readonly signal: CallerSignal;
  readonly nowMs: () => number;
  /** The same for every try of one request at one provider, so that it works on it once. Absent: a replica of ours. */
  readonly idempotencyKey?: string;
}

export type AttemptResult =
  | { readonly kind: 'answer'; readonly answer: AnswerRead }
  /** `first` holds all that came up to the first part of the answer. */
  | { readonly kind: 'stream'; readonly stream: StreamedAnswer; readonly first: string }
  | FailedAttempt;

export interface FailedAttempt {
  readonly kind: 'failed';
  readonly failure: AttemptFailure;
  readonly fault: UpstreamFault | null;
  readonly status: number | null;
  /** The upstream's own `Retry-After`, in seconds. */
  readonly retryAfterSeconds: number | null;
}

export async function attempt(input: AttemptInput): Promise<AttemptResult> {
  const { destination, dialect, stream, limits, leftMs } = input;
  let response: IncomingMessage;
  try {
    response = await post(postFor(input));
  } catch (error) {
    if (error instanceof UpstreamFailure) return failed(error.failure, null, null);
    throw error;
  }
  const status = response.statusCode ?? 0;
  const content = decoded(response);
  if (content === null) {
    response.destroy();
    return failed('upstream_invalid', null, status);
  }
  if (status === 200 && stream) return firstContent(content, status, input);

  // Of a stream `post` has only timed the headers, and an error's body may never come.
  const timer = stream
    ? setTimeout(() => response.destroy(new UpstreamFailure('deadline')), Math.min(limits.firstEventMs, leftMs))
    : null;
  const text = await readAll(content);
  if (timer !== null) clearTimeout(timer);
  if (typeof text !== 'string') return failed(text.failure, null, status);
  if (destination.replica !== null && isGateRefusal(status, text)) return failed('draining', null, status);
  if (status !== 200) {
    const fault = dialect.fault(status, text);
    return {
      ...failed('upstream_status', fault, status),
      retryAfterSeconds: retryAfterSeconds(response.headers, input.nowMs()) ?? fault.retryAfterSeconds ?? null,
    };
  }
  const answer = dialect.answer(input.call, text);
  return answer.ok ? { kind: 'answer', answer } : failed(failureOf(answer), answer, status);
}

function postFor(input: AttemptInput): Post {
  const { destination, dialect, call, body, callerHeaders, stream, limits, leftMs, signal, idempotencyKey } = input;
  const plain = {
    origin: destination.baseUrl,
    path: dialect.path(call),
    ...(destination.certificateSha256 !== undefined && { certificateSha256: destination.certificateSha256 }),
    headers: {
      ...destination.headers,
      ...dialect.headers?.(callerHeaders),
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body.text)),
      accept: stream ? STREAM_TYPES[dialect.framing ?? 'sse'] : 'application/json',
      // What is forwarded event by event gains nothing from compression.
      'accept-encoding': 'identity',
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    body: body.text,
    connectMs: Math.min(limits.connectMs, leftMs),
    limitMs: Math.min(stream ? limits.firstEventMs : limits.totalMs, leftMs),
    limitEnds: stream ? 'headers' : 'end',
    signal,
  } as const;
  return destination.signing === undefined ? plain : signedPost(plain, destination.signing);
}

const STREAM_TYPES: Readonly<Record<Framing, string>> = {
  sse: 'text/event-stream',
  'event-stream': 'application/vnd.amazon.eventstream',
};

/** Reads on until the answer itself begins: up to there a failure can still be made good elsewhere. */
async function firstContent(content: Readable, status: number, input: AttemptInput): Promise<AttemptResult> {
  const { limits, leftMs } = input;
  const { dialect, call } = input;
  const stream = new StreamedAnswer(content, dialect.stream(call), dialect.framing ?? 'sse', {
    firstEventMs: Math.min(limits.firstEventMs, leftMs),
    betweenEventsMs: limits.betweenEventsMs,
  });
  let first = '';
  while (!stream.hasContent && !stream.ended && stream.failure === null) first += (await stream.next()) ?? '';
  if (stream.failure !== null && !stream.hasContent) return failed(stream.failure, stream.fault, status);
  return { kind: 'stream', stream, first };
}

function readAll(content: Readable): Promise<string | { failure: AttemptFailure }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    content.on('data', (chunk: Buffer) => chunks.push(chunk));
    content.on('end', () => {
      resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8'));
    });
    content.on('error', (error) => resolve({ failure: failureBehind(error) }));
  });
}

function failed(failure: AttemptFailure, fault: UpstreamFault | null, status: number | null): FailedAttempt {
  return { kind: 'failed', failure, fault, status, retryAfterSeconds: null };
}
