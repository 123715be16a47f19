/** The router's failures as clients of the Responses API read them. */
import { ERRORS, type RouterError } from '../../policy/errors';
import type { ErrorShape } from '../ingress';
import { errorBody } from '../openai-chat/error';
import { sseEvent } from '../sse';

/**
 * The API has the fields of an error on the event itself. OpenAI's own clients raise what stands under `error`, and those
 * of OpenResponses look for it there too, so it is told in both places.
 *
 * @param sequenceNumber behind that of the last event sent; 0: none was
 */
export function errorEvent(error: RouterError, sequenceNumber = 0): string {
  const { code, message, param } = error;
  const told = { message, type: ERRORS[code].type, param, code };
  const event = { type: 'error', sequence_number: sequenceNumber, code, message, param, error: told };
  return sseEvent(JSON.stringify(event), event.type);
}

export const responsesErrors: ErrorShape = { body: errorBody, event: (error) => errorEvent(error) };
