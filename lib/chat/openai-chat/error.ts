/** The router's failures in the shape that OpenAI's clients read: all four fields, always. */
import { ERRORS, type RouterError } from '../../policy/errors';
import type { ErrorShape } from '../ingress';
import { sseEvent } from '../sse';

export function errorBody({ code, message, param }: RouterError): string {
  return JSON.stringify({ error: { message, type: ERRORS[code].type, param, code } });
}

/** Clients raise it; no finish reason and no `[DONE]` may follow. */
export const errorEvent = (error: RouterError): string => sseEvent(errorBody(error));

export const openAiErrors: ErrorShape = { body: errorBody, event: errorEvent };
