import { type JsonObject, isObject } from '../json';

/**
 * Whether a schema can be held to without exception as it stands. The API does so unasked, and rewrites a schema that
 * leaves something open; nothing is rewritten here, so a tool with such a schema is offered as it is.
 *
 * Source: OpenAI's guide "Structured outputs": every object is closed and requires all of its properties.
 */
export function isStrict(schema: JsonObject | null): boolean {
  return schema !== null && schema['type'] === 'object' && isClosed(schema, 0);
}

/** Deeper than OpenAI takes. */
const MAX_LEVELS = 20;

function isClosed(schema: unknown, level: number): boolean {
  if (!isObject(schema)) return true;
  if (level > MAX_LEVELS) return false;
  const { properties, required, items, anyOf, $defs, definitions } = schema;
  const below = [items, ...(Array.isArray(anyOf) ? (anyOf as unknown[]) : [])];
  for (const named of [properties, $defs, definitions]) if (isObject(named)) below.push(...Object.values(named));
  if (!below.every((each) => isClosed(each, level + 1))) return false;
  if (schema['type'] !== 'object' && properties === undefined) return true;
  const names = Object.keys(isObject(properties) ? properties : {});
  const all = Array.isArray(required) ? required : [];
  return schema['additionalProperties'] === false && names.every((name) => all.includes(name));
}
