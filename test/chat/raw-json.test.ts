import fc from 'fast-check';
import { hasDuplicateKeys, longNumbers } from '../../lib/chat/raw-json';

const has = (text: string): boolean => hasDuplicateKeys(text, JSON.parse(text));

test('a text that JSON.stringify wrote names no key twice, whatever its strings hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2), (value, indent) => {
      expect(has(JSON.stringify(value, null, indent))).toBe(false);
    }),
  );
});

test('a key that is there twice is found wherever it stands', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string(), fc.jsonValue(), (value, key, other) => {
      const twice = `{${JSON.stringify(key)}:1,${JSON.stringify(key)}:${JSON.stringify(other)}}`;
      expect(has(`{"a":[${JSON.stringify(value)},${twice}],"b:\\"":{}}`)).toBe(true);
    }),
  );
});

test.each([
  ['{"a":1,"\\u0061":2}', true],
  ['{"__proto__":1,"__proto__":2}', true],
  ['{"__proto__":{"a":1}}', false],
  ['{"a":{"a":{"a":1}}}', false],
  ['{"a":":\\\\\\":\\"{\\"a\\":1}"}', false],
  [' { } ', false],
  ['[]', false],
])('%s names a key twice: %s', (text, expected) => {
  expect(has(text)).toBe(expected);
});

test('time is linear: megabytes of colons, quotes and braces are read at once', () => {
  const text = JSON.stringify({
    a: ':"{}'.repeat(500_000),
    b: Array.from({ length: 100_000 }, (_, index) => ({ [index]: ':' })),
  });
  expect(has(text)).toBe(false);
});

test('numbers that a double cannot hold are given as they stand, and only those outside strings', () => {
  expect(longNumbers('{"a":4111111111111111235,"b":[-12345678901234567890,1],"c":"1111111111111111111"}')).toEqual([
    '4111111111111111235',
    '12345678901234567890',
  ]);
  expect(longNumbers('{"a":123}')).toEqual([]);
});
