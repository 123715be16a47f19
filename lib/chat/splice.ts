/**
 * Edits an object's JSON text where it must change and nowhere else. What a request does not need changed reaches the
 * target as the caller wrote it: big integers, `1.0`, the order of keys, and no time spent on writing megabytes again.
 */

export interface Edit {
  /** JSON text by top-level key: replaces the value where the key is, else is appended. */
  readonly set?: Readonly<Record<string, string>>;
  /** Top-level keys to take out; one that is also set is set. */
  readonly remove?: readonly string[];
}

/**
 * `text` must be what `JSON.parse` read as an object. A key that is there more than once is changed everywhere, because
 * parsers differ in which one counts.
 */
export function splice(text: string, { set = {}, remove = [] }: Edit): string {
  const { open, close, members } = scan(text);
  const missing = new Set(Object.keys(set));
  const kept: string[] = [];
  for (const { key, start, valueStart, valueEnd, end } of members) {
    if (Object.hasOwn(set, key)) {
      missing.delete(key);
      kept.push(text.slice(start, valueStart) + set[key] + text.slice(valueEnd, end));
    } else if (!remove.includes(key)) {
      kept.push(text.slice(start, end));
    }
  }
  for (const key of missing) kept.push(`${JSON.stringify(key)}:${set[key]}`);
  return text.slice(0, open) + kept.join(',') + text.slice(close);
}

/** One `"key": value` with the white space around it, up to the comma or brace. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly end: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** `open` is behind the opening brace, `close` at the closing one. */
function scan(text: string): { open: number; close: number; members: Member[] } {
  const brace = skipSpace(text, 0);
  if (text.charCodeAt(brace) !== OPEN_BRACE) throw new TypeError('not the JSON text of an object');
  const members: Member[] = [];
  const open = brace + 1;
  let start = open;
  let at = skipSpace(text, start);
  if (text.charCodeAt(at) === CLOSE_BRACE) return { open, close: at, members };
  for (;;) {
    const keyEnd = stringEnd(text, at);
    const colon = skipSpace(text, keyEnd);
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = skipValue(text, valueStart);
    const end = skipSpace(text, valueEnd);
    members.push({ key: keyOf(text.slice(at, keyEnd)), start, valueStart, valueEnd, end });
    if (text.charCodeAt(end) !== COMMA) return { open, close: end, members };
    start = end + 1;
    at = skipSpace(text, start);
  }
}

/** `"model"` and `"mod\u0065l"` are the same key. */
function keyOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return stringEnd(text, from);
  return first === OPEN_BRACE || first === OPEN_BRACKET ? skipNested(text, from) : skipLiteral(text, from);
}

function skipNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new TypeError('not the JSON text of an object');
}

/** A number, `true`, `false` or `null`: it ends where something begins that cannot be a part of it. */
function skipLiteral(text: string, from: number): number {
  let at = from;
  while (/[-+.0-9a-zA-Z]/.test(text.charAt(at))) at += 1;
  return at;
}

/** The place behind the closing quote of the string that opens at `from`. Jumps from quote to quote: strings are nearly all of a large body. */
export function stringEnd(text: string, from: number): number {
  let quote = from;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote === -1) throw new TypeError('not the JSON text of an object');
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    // An even number of backslashes escape each other and leave the quote alone.
    if ((quote - 1 - before) % 2 === 0) return quote + 1;
  }
}
