/** What zod finds wrong with the shape, in words that a reader of the file understands. */
import type { z } from 'zod';
import { type CheckFinding, error } from './check';
import type { Path } from './findings';
import { type JsonSchema, configJsonSchema } from './json-schema';
import { allowedIn, keysOf, schemaAt, wordsOf } from './schema-words';
import { shown } from './secrets';
import { didYouMean, listed } from './words';

type Issue = z.core.$ZodIssue;

/** A finding, and whether it stands at the key or at the value. */
export type ShapeFinding = CheckFinding & { readonly at?: 'key' };

export function shapeFindings(data: unknown, issues: readonly Issue[]): ShapeFinding[] {
  const schema = configJsonSchema();
  return issues.flatMap((issue) => closest(issue)).flatMap((issue) => findingsOf(schema, data, issue));
}

/** Of a union, the issues of the alternative that was meant; where that is not clear, the union's own. */
function closest(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((issues) => issues.some(({ path }) => path.length > 0));
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => closest({ ...inner, path: [...issue.path, ...inner.path] }));
}

function findingsOf(schema: JsonSchema, data: unknown, issue: Issue): ShapeFinding[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schemaAt(schema, path), path, key));
  if (issue.code === 'invalid_key') return [badName(path, issue)];
  const value = valueAt(data, path);
  const here = schemaAt(schema, path);
  const allowed = hintOf(issue) ?? allowedIn(here);
  if (value === undefined) return [missingKey(path, here, allowed)];
  const otherwise = cure(value, issue, allowed);
  const fix = typeof value === 'string' ? didYouMean(value, wordsOf(here), otherwise) : otherwise;
  return [error({ code: codeOf(issue, value), path, found: shown(value, path), allowed, fix })];
}

function unknownKey(parent: JsonSchema | null, path: Path, key: string): ShapeFinding {
  const keys = keysOf(parent);
  const home = keys.find((one) => keysOf(schemaAt(parent ?? {}, [one])).includes(key));
  const fix = home === undefined ? 'remove it' : `move it under \`${home}\``;
  return {
    ...error({
      code: 'unknown-key',
      path: [...path, key],
      found: `the key ${shown(key, path)}`,
      allowed: `one of ${listed(keys)}`,
      fix: home === undefined ? didYouMean(key, keys, fix) : fix,
    }),
    at: 'key',
  };
}

function badName(path: Path, issue: Extract<Issue, { code: 'invalid_key' }>): ShapeFinding {
  const [wrong] = issue.issues;
  const allowed = wrong === undefined ? 'another name' : (hintOf(wrong) ?? 'a name');
  const name = path.at(-1);
  return { ...error({ code: 'wrong-name', path, found: shown(name, path), allowed, fix: 'rename it' }), at: 'key' };
}

function missingKey(path: Path, schema: JsonSchema | null, allowed: string): ShapeFinding {
  const key = String(path.at(-1));
  const value = { array: '[…]', object: '{ … }' }[String(schema?.type)] ?? wordsOf(schema)[0] ?? '…';
  return error({ code: 'missing-key', path, found: `no \`${key}\``, allowed, fix: `add \`${key}: ${value}\`` });
}

function codeOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_format':
      return 'wrong-form';
    case 'too_small':
    case 'too_big':
      return 'out-of-range';
    case 'invalid_value':
    case 'invalid_union':
      return typeof value === 'string' ? 'unknown-value' : 'wrong-type';
    default:
      return 'wrong-type';
  }
}

/** What the schema itself says of the form; `null`: look at the type. */
function hintOf(issue: Issue): string | null {
  if (issue.code === 'invalid_format' && issue.format === 'regex') return issue.message;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'text that is not empty';
  if (issue.code === 'too_big' && issue.origin === 'string') return `text of at most ${issue.maximum} characters`;
  return null;
}

function cure(value: unknown, issue: Issue, allowed: string): string {
  const expected = issue.code === 'invalid_type' ? issue.expected : null;
  if (value === null && expected === 'record') return 'write {} if there are none';
  if (value === null) return 'give it a value, or remove the key';
  if (expected === 'string' && typeof value !== 'object') return 'write it in quotes';
  if (expected === 'array' && typeof value !== 'object') return 'write it as a list: […]';
  if (typeof value === 'string') {
    const isNumber = expected === 'number' || expected === 'int';
    if (isNumber && value.trim() !== '' && Number.isFinite(Number(value))) return 'write it without quotes';
    if (expected === 'boolean' && /^(yes|on|true)$/i.test(value)) return 'write true';
    if (expected === 'boolean' && /^(no|off|false)$/i.test(value)) return 'write false';
  }
  return `write ${allowed}`;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    data,
  );
}
