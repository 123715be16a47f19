/** The router's failures in the shape that OpenAI's clients read: all four fields, always. */
import { ERRORS, type RouterError } from '../../policy/errors';
import { sseEvent } from '../sse';

export function errorBody({ code, message, param }: RouterError): string {
  return JSON.stringify({ error: { message, type: ERRORS[code].type, param, code } });
}

/** A failure after the stream began. Clients raise it; no finish reason and no `[DONE]` may follow. */
export function errorEvent(error: RouterError): string {
  return sseEvent(errorBody(error));
}
