/** A plan in a terminal. */
import * as fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { planTables } from '../../bin/commands/plan-tables';
import { displayWidth, printable, textTable, wrap } from '../../bin/commands/text-table';
import type { FleetReport, PlanReport } from '../../lib/selection/plan-report';
import { PLAN } from '../plan-page/report';

const LLAMA = PLAN.fleets['llama-8b'] as FleetReport;
const linesOf = (report: PlanReport, options = {}): string[] =>
  planTables(report, { isColoured: false, ...options }).split('\n');

test.each([80, 95, 96, 100, 220])('on %d columns no line is wider, and never wider than 100', (width) => {
  const most = Math.min(width, 100);
  expect(linesOf(PLAN, { width, withRejected: true }).filter((line) => displayWidth(line) > most)).toEqual([]);
});

test('columns stand under their heads: text to the left, numbers to the right', () => {
  const lines = linesOf(PLAN);
  const at = lines.findIndex((line) => line.startsWith('  pool '));
  const [head, ...rows] = lines.slice(at, at + 4) as [string, string, string, string];
  for (const name of ['KV tokens', 'spot/h', 'od/h', '$/1M', 'tok/s', 'TPOT', 'TTFT']) {
    const end = head.indexOf(name) + name.length;
    for (const row of rows)
      expect([name, row[end - 1], row[end] ?? ' ']).toEqual([name, expect.stringMatching(/\S/), ' ']);
  }
  for (const row of rows) expect(row.slice(head.indexOf('GPUs')).startsWith('1 × NVIDIA')).toBe(true);
});

test('what is unknown is said to be, with its reason', () => {
  const text = linesOf(PLAN).join(' ').replace(/\s+/g, ' ');
  expect(text).toContain('unknown of g7e.2xlarge: no spot price in us-east-1');
  expect(text).toContain('unknown: no host price');
  expect(text).not.toMatch(/\bnull\b|NaN|undefined/);
});

test('a load for which the config allows too few replicas is marked', () => {
  const text = linesOf(PLAN).join('\n');
  expect(text).toMatch(/gemini-2\.5-flash +on-demand +635M \(\*\) +never pays/);
  expect(text).toContain('(*): takes more than the 4 replicas that the config allows');
});

test('rejected types are counted, or listed with each reason once', () => {
  expect(linesOf(PLAN).join('\n')).toContain('40 instance types rejected');
  const listed = linesOf(PLAN, { withRejected: true }).join(' ').replace(/\s+/g, ' ');
  for (const { instanceType } of LLAMA.rejected) expect(listed).toContain(instanceType);
  expect(listed.match(/a fraction of a GPU/g)).toHaveLength(1);
});

test('warnings come first, the lock last', () => {
  const lines = linesOf(PLAN).filter((line) => line !== '');
  expect(lines[0]).toMatch(/^warning: /);
  expect(lines.at(-1)).toContain('`hybrid-llm plan --update`');
});

test('colour is only added, and only when asked for', () => {
  const plain = planTables(PLAN, { isColoured: false });
  const coloured = planTables(PLAN, { isColoured: true });
  expect(plain).not.toContain('\u001b');
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});

test('a name cannot steer the terminal', () => {
  const text = '\u001b]0;owned\u0007\u009b31m\r\u202e';
  const report: PlanReport = {
    fleets: {
      [text]: {
        ...LLAMA,
        model: text,
        checkpoint: text,
        quantization: text,
        verdict: text,
        vllmArgs: ['serve', text, '--a', text],
      },
    },
    idle: { usdPerMonth: 0, items: [{ name: text, usdPerMonth: 0 }] },
    breakEven: [{ model: text, fleet: text, purchase: 'spot', tokensPerDay: 1, stressedTokensPerDay: 1 }],
    assumptions: [{ name: text, value: text, source: text }],
    outlook: [{ name: text, value: text, source: text }],
    lock: { written: true, stale: false },
    warnings: [text],
  };
  const printed = planTables(report, { isColoured: false });
  // eslint-disable-next-line no-control-regex
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(printed).toContain('\\u{1b}');
});

test('an empty plan still says what it costs', () => {
  const empty = {
    ...PLAN,
    fleets: {},
    breakEven: [],
    assumptions: [],
    outlook: [],
    warnings: [],
    idle: { usdPerMonth: 0, items: [] },
  };
  expect(linesOf({ ...empty, lock: { written: false, stale: false } })).toEqual([
    'Idle floor: $0 a month',
    '',
    'The lock file fits the config.',
    '',
  ]);
});

test('a table of any text is aligned, fits and loses nothing', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'ü', '界', '😀', 'e\u0301', '-', '.'),
    minLength: 1,
    maxLength: 60,
  });
  const cell = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 4 }), (rows) => {
      const columns = [{ head: 'one' }, { head: 'two', align: 'right' as const }, { head: 'three' }];
      const lines = textTable(columns, rows, { width: 80 });
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
      const letters = (text: string): string => [...text.replace(/\s/g, '')].sort().join('');
      expect(letters(lines.slice(1).join(''))).toBe(letters(rows.flat().join('')));
    }),
  );
});

test('words are wrapped, too long ones are broken', () => {
  expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(wrap('a maker/model-8b-chat', 10)).toEqual(['a', 'maker/', 'model-8b-', 'chat']);
  expect(wrap('', 4)).toEqual(['']);
});

test('characters have the width that terminals give them', () => {
  expect([displayWidth('abc'), displayWidth('世界'), displayWidth('e\u0301'), displayWidth('😀')]).toEqual([
    3, 4, 1, 2,
  ]);
  expect(printable('a\nb\u001bc')).toBe('a b\\u{1b}c');
});

test('what is not known of the idle floor is not called free, and no bound is no number', () => {
  const encoder = { ...LLAMA, kvCacheTokens: Number.MAX_SAFE_INTEGER, maxConcurrency: Number.MAX_SAFE_INTEGER };
  const text = linesOf({ ...PLAN, fleets: { e: encoder }, idle: { usdPerMonth: null, items: [] } }).join('\n');
  expect(text).toContain('Idle floor: unknown');
  expect(text).toMatch(/KV cache +∞ tokens/);
  expect(text).toMatch(/holds +∞ sequences/);
  expect(text).not.toContain('9,007');
});
