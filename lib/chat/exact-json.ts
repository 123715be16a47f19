/** JSON whose numbers are written again digit for digit. */
import { type JsonObject, isObject } from './json';

/** What TypeScript's library does not declare yet of ECMAScript's `JSON.parse` with source text. */
interface SourceTextJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

/**
 * The object that a text is, or `null`. Numbers that JavaScript would write differently keep their text: they may be
 * arguments of a tool.
 */
export function parseExactly(text: string): JsonObject | null {
  const json = JSON as unknown as SourceTextJson;
  try {
    const value = json.parse(text, (_key, one, { source }) =>
      typeof one === 'number' && source !== undefined && String(one) !== source ? json.rawJSON(source) : one,
    );
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
