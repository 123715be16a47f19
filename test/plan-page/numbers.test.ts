/** Numbers as people read them. */
import { bytes, count, duration, gib, percent, short, usd, usdCents, usdColumn } from '../../bin/plan-page/numbers';

test.each([
  [0, '0'],
  [12, '12'],
  [999.6, '1k'],
  [8_300, '8.3k'],
  [12_345_678, '12.3M'],
  [999_999_999, '1B'],
  [1_240_000_000, '1.24B'],
  [5e15, '5,000T'],
])('%d is %s for short', (value, text) => expect(short(value)).toBe(text));

test.each([
  [0, '$0'],
  [0.0004321, '$0.00043'],
  [0.0432, '$0.043'],
  [0.1, '$0.10'],
  [7.3, '$7.30'],
  [999.994, '$999.99'],
  [1204.4, '$1,204'],
  [-3, '−$3.00'],
])('%d dollars are %s', (value, text) => expect(usd(value)).toBe(text));

test('a column has the decimals that its smallest amount needs, and says what is unknown', () => {
  expect([1.861, null, 12].map(usdColumn([1.861, null, 12]))).toEqual(['$1.86', 'unknown', '$12.00']);
  expect([0.7123, 12].map(usdColumn([0.7123, 12]))).toEqual(['$0.712', '$12.000']);
  expect(usdColumn([])(null)).toBe('unknown');
});

test('units', () => {
  expect([gib(8.456), gib(44.52), gib(203.9)]).toEqual(['8.46 GiB', '44.5 GiB', '204 GiB']);
  expect([bytes(1), bytes(131_072), bytes(70_272)]).toEqual(['1 byte', '128 KiB', '68.6 KiB']);
  expect([duration(9.84), duration(240.4), duration(2380), duration(null)]).toEqual([
    '9.8 ms',
    '240 ms',
    '2.4 s',
    'unknown',
  ]);
  expect([percent(0.185), count(1_234_567.8), usdCents(43.6)]).toEqual(['19 %', '1,234,568', '$43.60']);
});
