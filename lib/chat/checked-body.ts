/** A request's body from its text, with the few things checked that the router itself relies on. */
import type { RouterError } from '../policy/errors';
import { CallerMistake } from './dialect';
import { type JsonObject, isObject } from './json';
import { hasDuplicateKeys } from './raw-json';
import type { Ingress } from './ingress';

export interface CheckedBody {
  readonly text: string;
  readonly json: JsonObject;
}

export function checkedBody(text: string, { check }: Pick<Ingress, 'check'>): CheckedBody | RouterError {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { code: 'invalid_json', message: 'the body is not valid JSON', param: null };
  }
  if (!isObject(json)) return { code: 'invalid_json', message: 'the body is not a JSON object', param: null };
  if (hasDuplicateKeys(text, json)) {
    return { code: 'invalid_json', message: 'the body names a key twice in one object', param: null };
  }
  try {
    check(json);
  } catch (error) {
    if (error instanceof CallerMistake) return { code: error.code, message: error.message, param: error.param };
    throw error;
  }
  return { text, json };
}
