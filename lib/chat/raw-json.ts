/**
 * What `JSON.parse` hides of a text: members whose key comes twice in one object, of which it keeps the last, and
 * numbers too long for a double, which it rounds. Both would go on to a target as written, though nobody looked at them.
 */
import { isObject } from './json';
import { stringEnd } from './splice';

/** A number with more digits than a double is sure to keep. */
const LONG_NUMBER = /\d{16,}/g;

/** Whether an object in `text` names a key twice. `value` is what the text parses to. */
export function hasDuplicateKeys(text: string, value: unknown): boolean {
  return countColons(text) !== countMembers(value);
}

/** Runs of digits outside strings that the parsed value may hold in another form. */
export function longNumbers(text: string): readonly string[] {
  if (!/\d{16}/.test(text)) return [];
  return outsideStrings(text).flatMap((piece) => piece.match(LONG_NUMBER) ?? []);
}

/** Outside strings a colon stands between a key and its value, and nowhere else. */
function countColons(text: string): number {
  let colons = 0;
  let colon = text.indexOf(':');
  let quote = text.indexOf('"');
  while (colon !== -1) {
    if (quote === -1 || colon < quote) {
      colons += 1;
      colon = text.indexOf(':', colon + 1);
      continue;
    }
    const end = stringEnd(text, quote);
    quote = text.indexOf('"', end);
    if (colon < end) colon = text.indexOf(':', end);
  }
  return colons;
}

function outsideStrings(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (;;) {
    const quote = text.indexOf('"', at);
    pieces.push(text.slice(at, quote === -1 ? undefined : quote));
    if (quote === -1) return pieces;
    at = stringEnd(text, quote);
  }
}

/** Members of all objects. By a list instead of recursion: a body may be nested deeper than the stack. */
function countMembers(value: unknown): number {
  let members = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === 'object' && item !== null) left.push(item);
    } else if (isObject(next)) {
      for (const key of Object.keys(next)) {
        members += 1;
        const item = next[key];
        if (typeof item === 'object' && item !== null) left.push(item);
      }
    }
  }
  return members;
}
