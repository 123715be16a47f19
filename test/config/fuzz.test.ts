/** Whatever is written into the file: no exception, and always either findings or a config. */
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { checkConfig, parseConfig } from '../../lib/config/parse';
import { type Finding, formatFinding } from '../../lib/config/findings';
import { BASE } from './base';

/** At a place that is in the file, with all that a reader is told. */
function isWhole(finding: Finding, lines: readonly string[]): boolean {
  const { line, column, found, allowed, fix } = finding;
  const isInside = line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 1;
  return isInside && ![found, allowed, fix].includes('') && formatFinding(finding, 'c.yaml').split('\n').length === 4;
}

function expectTotal(text: string): void {
  const { config, findings } = parseConfig(text);
  const lines = text.split('\n');
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(config === null).toBe(errors.length > 0);
  expect(findings.filter((finding) => !isWhole(finding, lines))).toEqual([]);
  expect(findings.map(({ line }) => line)).toEqual(findings.map(({ line }) => line).sort((a, b) => a - b));
}

test('any edit of the text', () => {
  const edit = fc.record({
    at: fc.nat(BASE.length),
    remove: fc.nat(30),
    insert: fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        ': ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '\n',
        '\t',
        '"',
        "'",
        '&a ',
        '*a',
        '<<: ',
        '---\n',
        '!x ',
        '#',
        '|',
        '?',
        '%',
        '\0',
      ),
      fc.nat(BASE.length).chain((from) => fc.nat(60).map((length) => BASE.slice(from, from + length))),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      expectTotal(
        edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), BASE),
      );
    }),
    { numRuns: 300 },
  );
});

/** Every code point. fast-check's own unit for it takes a table of all of them first. */
const codePoint = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

test('any text', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200, unit: codePoint }), expectTotal), { numRuns: 300 });
});

type Tree = Record<string, unknown> | unknown[];

/** Places in the tree that hold a value. */
function places(tree: Tree): [Tree, string][] {
  return Object.entries(tree).flatMap(([key, value]): [Tree, string][] => [
    [tree, key],
    ...(typeof value === 'object' && value !== null ? places(value as Tree) : []),
  ]);
}

test('any edit of the tree', () => {
  const words = [
    ...new Set(BASE.match(/[\w@./-]+/g) ?? []),
    'auto',
    'task:coding',
    'openai/*',
    '*',
    'toString',
    '__proto__',
    'constructor',
  ];
  const value = fc.oneof(
    fc.constantFrom(...words),
    fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 5000, 1e300, '', [], {}),
    fc.array(fc.constantFrom(...words), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), fc.constantFrom(...words), { maxKeys: 3 }),
  );
  const change = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('set', 'delete', 'move', 'add'),
    value,
    other: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const tree = parse(BASE) as Tree;
      for (const { at, kind, value: put, other } of changes) {
        const all = places(tree);
        const [holder, key] = all[at % all.length] ?? [tree, 'name'];
        const [fromHolder, fromKey] = all[other % all.length] ?? [tree, 'name'];
        const set = (name: string, item: unknown): void =>
          void Object.defineProperty(holder, name, {
            value: item,
            enumerable: true,
            writable: true,
            configurable: true,
          });
        if (kind === 'delete') Reflect.deleteProperty(holder, key);
        else if (kind === 'set') set(key, structuredClone(put));
        else if (kind === 'move') set(key, structuredClone(Reflect.get(fromHolder, fromKey)));
        else
          set(
            Array.isArray(holder) ? String(holder.length) : typeof put === 'string' ? put : 'extra',
            structuredClone(Reflect.get(fromHolder, fromKey)),
          );
      }
      expectTotal(stringify(tree, { aliasDuplicateObjects: false }));
    }),
    { numRuns: 300 },
  );
});

test('a config without findings stays without when it is checked again', () => {
  const { config } = parseConfig(BASE);
  expect(config && checkConfig(config)).toEqual([]);
});
