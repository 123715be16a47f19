/** The JSON Schema in words: what is allowed at a path, which keys and which words. */
import type { Path } from './findings';
import type { JsonSchema } from './json-schema';
import { listed } from './words';

/** The schema of what stands at the path. */
export function schemaAt(root: JsonSchema, path: Path): JsonSchema | null {
  return path.reduce<JsonSchema | null>((schema, part) => (schema === null ? null : childOf(schema, part)), root);
}

function childOf(schema: JsonSchema, part: string | number): JsonSchema | null {
  if (typeof part === 'string' && schema.properties !== undefined && Object.hasOwn(schema.properties, part)) {
    return schemaOrNull(schema.properties[part]);
  }
  const child = schemaOrNull(typeof part === 'number' ? schema.items : schema.additionalProperties);
  if (child !== null) return child;
  return (
    alternatives(schema)
      .map((one) => childOf(one, part))
      .find((one) => one !== null) ?? null
  );
}

/** `true` and `false`, which are schemas too, say nothing. */
const schemaOrNull = (value: JsonSchema['items']): JsonSchema | null =>
  typeof value === 'object' && !Array.isArray(value) ? value : null;

const alternatives = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? [];

export const keysOf = (schema: JsonSchema | null): string[] => Object.keys(schema?.properties ?? {});

/** The words that may stand there, or in a list there. */
export function wordsOf(schema: JsonSchema | null): string[] {
  if (schema === null) return [];
  const own = [...(schema.enum ?? []), schema.const].filter((word) => typeof word === 'string');
  return [...new Set([...own, ...alternatives(schema).flatMap(wordsOf)])];
}

export function allowedIn(schema: JsonSchema | null): string {
  if (schema === null) return 'nothing';
  const either = alternatives(schema);
  if (either.length > 0) return eitherOf(either);
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return `one of ${listed(schema.enum.map(String))}`;
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'array':
      return `a list of ${allowedIn(schemaOrNull(schema.items)).replace(/^an? /, '')}${schema.minItems === undefined ? '' : ', at least one'}`;
    case 'object':
      return schema.properties === undefined ? 'a mapping' : `a mapping of ${listed(keysOf(schema))}`;
    case 'string':
      return textOf(schema);
    default:
      return 'a value';
  }
}

/** Either one of something or a list of it is said shorter. */
function eitherOf(either: readonly JsonSchema[]): string {
  const [one, list] = either;
  const same = list?.type === 'array' && JSON.stringify(list.items) === JSON.stringify(one);
  if (one !== undefined && same) return `${allowedIn(one)}, or a list of such`;
  return either.map(allowedIn).join(', or ');
}

function textOf({ format, pattern }: JsonSchema): string {
  if (format === 'uri') return 'an address that begins with http:// or https://';
  if (format === 'email') return 'an e-mail address';
  if (pattern?.startsWith('^s3:') === true) return 'an address that begins with s3://';
  return 'text';
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const from =
    minimum !== undefined ? `at least ${minimum}` : exclusiveMinimum !== undefined ? `over ${exclusiveMinimum}` : null;
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `at most ${maximum}` : null;
  const range = [from, to].filter((part) => part !== null).join(' and ');
  return range === '' ? '' : `, ${range}`;
}
