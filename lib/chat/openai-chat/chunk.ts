import type { JsonObject } from '../json';

/** Whether an event of the stream is an error: by its name, or by what it holds. */
export function isErrorEvent(event: string | undefined, chunk: JsonObject): boolean {
  return event === 'error' || chunk['object'] === 'error' || (chunk['error'] !== undefined && chunk['error'] !== null);
}
