import { PartialArguments } from '../../../lib/chat/gemini-generate-content/partial-arguments';
import { parseExactly } from '../../../lib/chat/exact-json';

function assembled(pieces: readonly object[], known = {}): string | null {
  const args = new PartialArguments(known);
  return pieces.every((piece) => args.add(piece)) ? args.json : null;
}

const text = (jsonPath: string, stringValue: string): object => ({ jsonPath, stringValue });

test.each<[string, object[], unknown]>([
  ['none', [], {}],
  ['text in pieces', [text('$.a', 'Bos'), text('$.a', 'ton'), text('$.a', '')], { a: 'Boston' }],
  [
    'every kind of value',
    [
      { jsonPath: '$.n', numberValue: 1.5 },
      { jsonPath: '$.b', boolValue: false },
      { jsonPath: '$.z', nullValue: 'NULL_VALUE' },
      { jsonPath: '$.none', willContinue: true },
    ],
    { n: 1.5, b: false, z: null },
  ],
  ['objects in objects', [text('$.a.b.c', 'x'), text('$.a.d', 'y')], { a: { b: { c: 'x' }, d: 'y' } }],
  [
    'arrays, in their order',
    [text('$.a[0].b', 'x'), text('$.a[1].b', 'y'), text('$.a[0].c', 'z'), text('$.m[0][0]', 'w')],
    { a: [{ b: 'x', c: 'z' }, { b: 'y' }], m: [['w']] },
  ],
  [
    'names in quotes',
    [text("$['a b']['it\\'s']", 'x'), text("$['c.d'][0]", 'y')],
    { 'a b': { "it's": 'x' }, 'c.d': ['y'] },
  ],
  ['names of methods', [text('$.constructor.prototype.x', 'y')], { constructor: { prototype: { x: 'y' } } }],
])('%s', (_name, pieces, expected) => {
  expect(JSON.parse(assembled(pieces) ?? 'null')).toEqual(expected);
});

test('C28 what came whole is kept, digit for digit', () => {
  const known = parseExactly('{"big":12345678901234567890,"o":{"f":1.0}}') ?? {};
  expect(assembled([text('$.o.x', 'y')], known)).toBe('{"big":12345678901234567890,"o":{"f":1.0,"x":"y"}}');
});

test.each<[string, unknown[]]>([
  ['no path', [{ stringValue: 'x' }]],
  ['no object', ['x']],
  ['the root', [text('$', 'x')]],
  ['a path that does not begin at the root', [text('a.b', 'x')]],
  ['a path that selects many', [text('$.a[*]', 'x')]],
  ['a place in what is text', [text('$.a', 'x'), text('$.a.b', 'y')]],
  ['a name in an array', [text('$.a[0]', 'x'), text('$.a.b', 'y')]],
  ['a place in an object', [text('$.a.b', 'x'), text('$.a[0]', 'y')]],
  ['a place far behind the end', [text('$.a[4000000000]', 'x')]],
])('has no place: %s', (_name, pieces) => {
  const args = new PartialArguments({});
  expect(pieces.map((piece) => args.add(piece)).at(-1)).toBe(false);
});

test('a piece inside of a number that is kept as text has no place', () => {
  const args = new PartialArguments(parseExactly('{"f":1.0}') ?? {});
  expect(args.add(text('$.f.x', 'y'))).toBe(false);
});

test('no piece reaches what all objects share', () => {
  for (const path of ['$.__proto__.polluted', '$.a.__proto__.polluted', '$.__proto__']) {
    expect(assembled([text(path, 'x')], { a: {} })).toBeNull();
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
