/**
 * What a target's failure means. One table serves all protocols, because no two of them use one word for different
 * things, and engines that speak OpenAI's protocol borrow words from everywhere.
 */
import type { UpstreamFault } from './dialect';
import { type JsonObject, isObject, parseObject } from './json';

/** The target answered with a status other than 200. */
export function statusFault(status: number, text: string): UpstreamFault {
  const body = parseObject(text);
  const message = messageOf(body) ?? excerpt(text);
  return fault('status', STANDS_FOR[status] ?? status, message, isTooLong(body, message) && isClientError(status));
}

/** A provider's own number, and the one that every client knows. */
const STANDS_FOR: Readonly<Record<number, number>> = {
  // Bedrock: the model failed, or took too long; no mistake of the caller's.
  424: 500,
  408: 504,
  // Anthropic: overloaded
  529: 503,
};

/** The target reported an error where an answer should be. `body` is the event or the body that says so. */
export function reportedFault(body: JsonObject): UpstreamFault {
  const message = messageOf(body) ?? excerpt(JSON.stringify(body));
  const tooLong = isTooLong(body, message);
  const status = statusOf(errorOf(body)) ?? (tooLong ? 400 : 502);
  return fault('error_event', status, message, tooLong && isClientError(status));
}

/** The target sent something that is not its protocol. */
export function invalidFault(message: string): UpstreamFault {
  return fault('invalid', 502, message);
}

/** The stream stopped before its end was announced. */
export function truncatedFault(): UpstreamFault {
  return fault('truncated', 502, 'the stream ended before the answer was complete');
}

/** The engine gave the request up while it was shutting down; another one can serve it. */
export function abortedFault(): UpstreamFault {
  return fault('aborted', 503, 'the engine aborted the request');
}

function fault(
  kind: UpstreamFault['kind'],
  status: number,
  message: string,
  contextLengthExceeded = false,
): UpstreamFault {
  return { ok: false, kind, status, message, contextLengthExceeded };
}

/** `{ error: {…} }` of OpenAI and Anthropic, or the error itself as older engines send it. */
function errorOf(body: JsonObject | null): JsonObject | null {
  return isObject(body?.['error']) ? body['error'] : body;
}

function messageOf(body: JsonObject | null): string | null {
  // With a capital letter: what stands before AWS's services.
  const said = [errorOf(body)?.['message'], body?.['error'], body?.['detail'], body?.['Message']];
  return said.find((text): text is string => typeof text === 'string' && text !== '') ?? null;
}

/** Enough of a proxy's HTML page to see what it is. */
function excerpt(text: string): string {
  return text.slice(0, 300);
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/** By `type`, `code` or `status`, of OpenAI, Anthropic, vLLM, Google and streams of Bedrock. */
const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  context_length_exceeded: 400,
  BadRequestError: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  NotFoundError: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  api_error: 500,
  server_error: 500,
  internal_server_error: 500,
  InternalServerError: 500,
  overloaded_error: 503,
  timeout_error: 504,
  validationException: 400,
  throttlingException: 429,
  internalServerException: 500,
  modelStreamErrorException: 500,
  serviceUnavailableException: 503,
  modelTimeoutException: 504,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNKNOWN: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

function statusOf(error: JsonObject | null): number | null {
  for (const word of [error?.['code'], error?.['type'], error?.['status']]) {
    if (typeof word === 'number' && word >= 400 && word < 600) return STANDS_FOR[word] ?? word;
    if (typeof word === 'string' && Object.hasOwn(STATUS_OF, word)) return STATUS_OF[word] ?? null;
  }
  return null;
}

const TOO_LONG = [
  // OpenAI, and vLLM before 0.16
  /maximum context length/i,
  // vLLM from 0.16 on: "the model's context length is only 1024 tokens"
  /context length is only/i,
  /longer than the maximum model length/i,
  // Anthropic: "prompt is too long: 208310 tokens > 200000 maximum"
  /prompt is too long/i,
  // Anthropic: "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000"
  /exceed context limit/i,
  // Bedrock: "Input is too long for requested model."
  /input is too long/i,
  // Bedrock's Nova: "Input Tokens Exceeded: Number of input tokens exceeds maximum length."
  /input tokens exceeds maximum length/i,
  // Gemini: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
  /exceeds the maximum number of tokens allowed/i,
  // llama.cpp, and OpenAI's newer wording
  /exceeds the (available )?context (size|window)/i,
];

function isTooLong(body: JsonObject | null, message: string): boolean {
  return errorOf(body)?.['code'] === 'context_length_exceeded' || TOO_LONG.some((pattern) => pattern.test(message));
}
