/** When an upstream wants to be asked again. */
import { retryAfterSeconds } from '../../lambda/router/upstream/retry-after';

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
const date = (seconds: number): string => new Date(NOW_MS + seconds * 1000).toUTCString();

test.each<[string, Record<string, string>, number | null]>([
  ['seconds', { 'retry-after': '7' }, 7],
  ['a part of a second', { 'retry-after': '0.2' }, 1],
  ['milliseconds before seconds', { 'retry-after-ms': '6500', 'retry-after': '99' }, 7],
  ["a date, by the answer's own clock", { 'retry-after': date(3_630), date: date(3_600) }, 30],
  ['a date, by our clock where the answer has none', { 'retry-after': date(30) }, 30],
  ["a date, where the answer's own is none", { 'retry-after': date(30), date: 'soon' }, 30],
  ['a date that is past', { 'retry-after': date(-5) }, null],
  ['now', { 'retry-after': '0' }, null],
  ['a negative number', { 'retry-after': '-3' }, null],
  ['a word', { 'retry-after': 'soon' }, null],
  ['nothing', {}, null],
])('E1 %s', (_name, headers, seconds) => {
  expect(retryAfterSeconds(headers, NOW_MS)).toBe(seconds);
});
