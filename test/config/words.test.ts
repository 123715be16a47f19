import { listed, nearest } from '../../lib/config/words';

test.each([
  ['lanse', 'lanes'],
  ['fsat', 'fast'],
  ['fall', 'fallback'],
  ['MAXTOKENS', 'maxTokens'],
  ['Europe/Berln', 'Europe/Berlin'],
])('%s is near %s', (word, known) => {
  expect(nearest(word, ['lanes', 'fast', 'fallback', 'maxTokens', 'Europe/Berlin', 'Europe/Bern'])).toBe(known);
});

test.each(['x', 'fa', 'gpt', 'entirely else', ''])('%s is near nothing', (word) => {
  expect(nearest(word, ['lanes', 'fast', 'b', 'fallback'])).toBeNull();
});

test('a long list is cut, and says so', () => {
  expect(listed(['a', 'b'])).toBe('a, b');
  expect(listed(Array.from({ length: 23 }, (_, index) => `n${index}`))).toMatch(/^n0, .*n19 and 3 more$/);
});
