/** YAML text to plain data, and from a path in the data back to its line. */
import { type Document, type YAMLError, isMap, isScalar, parseAllDocuments } from 'yaml';
import type { Finding, Path } from './findings';
import { ALIAS_BOMB, BAD_MERGE, EMPTY, MANY_DOCUMENTS, NOT_A_MAPPING, type Said, sayingOf } from './yaml-errors';
import { MOST_ALIASES, forbiddenNode, offsetOf, pathAt } from './yaml-tree';

export interface YamlText {
  /** Its root is a mapping. */
  readonly data: unknown;
  /** From 1. Of the value at the path, of its key where it is a block, or of the nearest parent that is written. */
  position(path: Path, at?: 'key'): Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type ReadYaml = { readonly yaml: YamlText } | { readonly findings: readonly Finding[] };

export function readYaml(written: string): ReadYaml {
  const text = written.replace(/^\ufeff/, '');
  const documents: readonly Document.Parsed[] = parseAllDocuments(text, {
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    // Dates, sets and binaries are nothing a config holds.
    resolveKnownTags: false,
  });
  // The library's own line counter misses lines in text that is badly broken.
  const position = (offset: number): Position => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  };
  const finding = (offset: number, said: Said, path: Path = []): Finding => ({
    severity: 'error',
    path,
    ...position(offset),
    ...said,
  });
  const refuse = (...found: Parameters<typeof finding>): ReadYaml => ({ findings: [finding(...found)] });

  const [document, second] = documents;
  if (document === undefined) return refuse(0, EMPTY);
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    // Nesting too deep to read is followed by errors without number, all of the same cause.
    const cause = broken.filter(({ code }) => code === 'RESOURCE_EXHAUSTION').slice(0, 1);
    const told = cause.length > 0 ? cause : broken.slice(0, MOST_ERRORS);
    return { findings: told.map((one) => finding(one.pos[0], sayingOf(one), pathOfError(document, one))) };
  }
  if (second !== undefined) return refuse(second.range[0], MANY_DOCUMENTS);
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return refuse(0, EMPTY);
  if (!isMap(root)) return refuse(root.range[0], NOT_A_MAPPING);
  const forbidden = forbiddenNode(document);
  if (forbidden !== null) return refuse(forbidden.offset, forbidden.said, forbidden.path);
  try {
    const data: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return { yaml: { data, position: (path, at) => position(offsetOf(document, path, at)) } };
  } catch (thrown) {
    // What the library sees only here: aliases that multiply, and what cannot be merged.
    const multiplied = thrown instanceof ReferenceError || thrown instanceof RangeError;
    return refuse(root.range[0], multiplied ? ALIAS_BOMB : BAD_MERGE);
  }
}

/** What follows the first ones is mostly their consequence. */
const MOST_ERRORS = 5;

/** Where text is broken, what looks like a key may be a part of a value. */
const pathOfError = (document: Document.Parsed, { code, pos }: YAMLError): Path =>
  code === 'DUPLICATE_KEY' ? pathAt(document, pos[0]) : [];
