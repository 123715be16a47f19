/** What is wrong with a caller's body, said by the field at fault and never with the caller's text. */
import { CallerMistake } from '../dialect';

/** OpenAI's clients send `null` for what they leave out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function refuse(param: string, expected: string, found: unknown): never {
  if (found === undefined) throw new CallerMistake(`Missing required parameter: '${param}'.`, param);
  throw new CallerMistake(`Invalid '${param}': expected ${expected}, but got ${describe(found)} instead.`, param);
}

/** For what is right in OpenAI's protocol but cannot be said to another. */
export function unsupported(param: string, why: string): never {
  throw new CallerMistake(`Unsupported '${param}': ${why}.`, param, 'unsupported_parameter');
}

/** Numbers and the like by their value, strings not: they may hold anything. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'another string';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
