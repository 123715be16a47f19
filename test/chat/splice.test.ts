import * as fc from 'fast-check';
import { type Edit, splice } from '../../lib/chat/splice';

const CASES: readonly (readonly [name: string, text: string, edit: Edit, expected: string])[] = [
  ['replaces a value where it stands', '{"a":1,"b":2}', { set: { a: '"x"' } }, '{"a":"x","b":2}'],
  ['appends a key that is missing', '{"a":1}', { set: { b: '2', c: '3' } }, '{"a":1,"b":2,"c":3}'],
  ['fills an empty object', ' { } ', { set: { a: '1' } }, ' {"a":1} '],
  ['removes the first key with its comma', '{"a":1,"b":2}', { remove: ['a'] }, '{"b":2}'],
  ['removes a key in the middle', '{"a":1,"b":2,"c":3}', { remove: ['b'] }, '{"a":1,"c":3}'],
  ['removes the last key with the comma before it', '{"a":1,"b":2}', { remove: ['b'] }, '{"a":1}'],
  ['removes the only key', '{"a":1}', { remove: ['a'] }, '{}'],
  ['appends where everything else was removed', '{"a":1}', { remove: ['a'], set: { b: '2' } }, '{"b":2}'],
  ['sets a key that is to be both set and removed', '{"a":1}', { remove: ['a'], set: { a: '2' } }, '{"a":2}'],
  ['replaces every copy of a duplicate key', '{"a":1,"b":2,"a":3}', { set: { a: '9' } }, '{"a":9,"b":2,"a":9}'],
  ['removes every copy of a duplicate key', '{"a":1,"b":2,"a":3}', { remove: ['a'] }, '{"b":2}'],
  ['knows a key behind its escapes', '{"m\\u006fdel":1}', { set: { model: '2' } }, '{"m\\u006fdel":2}'],
  ['leaves a nested key of the same name alone', '{"x":{"a":1},"a":2}', { set: { a: '3' } }, '{"x":{"a":1},"a":3}'],
  [
    'is not misled by braces and quotes in strings',
    '{"x":"\\"}],{\\\\","a":2}',
    { set: { a: '3' } },
    '{"x":"\\"}],{\\\\","a":3}',
  ],
  ['is not misled by brackets in nested strings', '{"x":["]}\\""],"a":2}', { remove: ['x'] }, '{"a":2}'],
  [
    'keeps big integers, float forms, white space and the order of keys',
    '{ "z" : 12345678901234567890,\r\n\t"f": 1.0e+2 , "model":"m" }\n',
    { set: { model: '"n"' } },
    '{ "z" : 12345678901234567890,\r\n\t"f": 1.0e+2 , "model":"n" }\n',
  ],
];

test.each(CASES)('%s', (_name, text, edit, expected) => {
  expect(splice(text, edit)).toBe(expected);
});

test.each(['[1]', '"a"', 'null', '', '{"a', '{"a":[1'])('fails on %j, which is no object', (text) => {
  expect(() => splice(text, { set: { b: '1' } })).toThrow('not the JSON text of an object');
});

test('does what reading, changing and writing the object does', () => {
  const key = fc.oneof(fc.constantFrom('model', 'stream', 'a"b', 'ü', 'x\\', '__proto__', ''), fc.string());
  // Pairs, not a record: an object literal's `__proto__` is no key.
  const pairs = fc.array(fc.tuple(key, fc.jsonValue()), { maxLength: 8 });
  const space = fc.constantFrom('', ' ', '\n\t', '\r\n ');
  fc.assert(
    fc.property(pairs, pairs, fc.array(key), space, (members, set, remove, gap) => {
      const text = `{${members.map(([name, value]) => `${gap}${JSON.stringify(name)}${gap}:${gap}${JSON.stringify(value, null, gap)}${gap}`).join(',')}${gap}}`;
      const wanted = new Map(members.filter(([name]) => !remove.includes(name)));
      for (const [name, value] of set) wanted.set(name, value);
      const edited = splice(text, {
        set: Object.fromEntries(set.map(([name, value]) => [name, JSON.stringify(value)])),
        remove,
      });
      const found = JSON.parse(edited) as object;
      expect(new Map(Object.entries(found))).toEqual(new Map(Object.entries(Object.fromEntries(roundTrip(wanted)))));
    }),
  );
});

/** `-0` is written as `0`. */
function roundTrip(values: ReadonlyMap<string, unknown>): [string, unknown][] {
  return [...values].map(([name, value]) => [name, JSON.parse(JSON.stringify(value)) as unknown]);
}

test('touches no byte outside the edited members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      const [left, right] = [JSON.stringify(before, null, 2), JSON.stringify(after)];
      expect(splice(`{"l":${left} ,"model":"m", "r" :${right}}`, { set: { model: '1' } })).toBe(
        `{"l":${left} ,"model":1, "r" :${right}}`,
      );
    }),
  );
});

test.each([
  ['plain text', 'lorem ipsum '.repeat(500_000)],
  ['quotes', '"'.repeat(1_500_000)],
  ['backslashes', '\\'.repeat(3_000_000)],
])('edits 6 MB of %s in well under a second', (_name, content) => {
  const text = JSON.stringify({ messages: [{ role: 'user', content }], model: 'a' });
  const start = performance.now();
  const edited = splice(text, { set: { model: '"b"' } });
  expect(performance.now() - start).toBeLessThan(500);
  expect(edited.endsWith('"model":"b"}')).toBe(true);
});
