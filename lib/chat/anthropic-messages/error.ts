/**
 * The router's failures in the shape that Anthropic's clients read, with the router's own `code` and `param` beside the type.
 * Source: https://docs.anthropic.com/en/api/errors
 */
import { type RouterError, statusOf } from '../../policy/errors';
import type { ErrorShape } from '../ingress';
import { sseEvent } from '../sse';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

function errorBody(error: RouterError, requestId: string): string {
  const { code, param } = error;
  const type = TYPES[statusOf(error)] ?? 'api_error';
  return JSON.stringify({
    type: 'error',
    error: { type, message: messageOf(error), code, param },
    request_id: requestId,
  });
}

const TOO_LONG = 'prompt is too long';

/** Agents shorten their history when they read these words of Anthropic's, and give up when they read others. */
const messageOf = ({ code, message }: RouterError): string =>
  code === 'context_length_exceeded' && !message.includes(TOO_LONG) ? `${TOO_LONG}: ${message}` : message;

export const anthropicErrors: ErrorShape = {
  body: errorBody,
  event: (error, requestId) => sseEvent(errorBody(error, requestId), 'error'),
};
