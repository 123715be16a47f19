/** The arguments of a tool call of the history, for targets that take them as an object. */
import { CallerMistake } from './dialect';
import type { HubToolCall } from './hub';
import { parseObject } from './json';

/** Their text as the model wrote it; a model that had none to write may have written nothing. */
export function argumentsOf({ argumentsJson }: HubToolCall, param: string): string {
  const text = argumentsJson.trim() === '' ? '{}' : argumentsJson;
  if (parseObject(text) !== null) return text;
  throw new CallerMistake(`Invalid '${param}': expected the JSON text of an object.`, param);
}
