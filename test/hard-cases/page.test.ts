/** Holds the cases, their tests and the page together. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { hardCasesPage } from '../../bin/dev/hard-cases/page';
import { resultsByCase } from '../../bin/dev/hard-cases/results';
import { ALL_IDS, CASES, NOTES, NOT_APPLICABLE, idsOf } from './cases';
import { namedTests, titlesIn } from './titles';

/** Structured output is not checked yet: their tests come with that. */
const PENDING: readonly string[] = ['G3', 'G4', 'G5', 'G6'];

/** Parsing takes longer than all the rest here. */
const NAMED = namedTests();

test('the cases are all that there are, each once', () => {
  expect(CASES.map(({ id }) => id)).toEqual(ALL_IDS);
  expect(ALL_IDS).toHaveLength(131);
});

test('every case has a test that is called after it, or a reason why there can be none', () => {
  const named = new Set([...NAMED.values()].flatMap((ids) => [...ids]));
  const without = ALL_IDS.filter((id) => !named.has(id) && NOT_APPLICABLE[id] === undefined);
  expect(without.filter((id) => !PENDING.includes(id))).toEqual([]);
});

test('titles name no case that there is not', () => {
  const unknown = [...NAMED].flatMap(([file, ids]) =>
    [...ids].filter((id) => !ALL_IDS.includes(id)).map((id) => `${file}: ${id}`),
  );
  expect(unknown).toEqual([]);
});

test('at most eight cases are said to be impossible, each with its reason and without a test', () => {
  const excused = Object.entries(NOT_APPLICABLE);
  const named = new Set([...NAMED.values()].flatMap((ids) => [...ids]));
  expect(excused.length).toBeLessThanOrEqual(8);
  expect(excused.filter(([id, why]) => !ALL_IDS.includes(id) || named.has(id) || why.length < 10)).toEqual([]);
  expect(Object.keys(NOTES).filter((id) => !ALL_IDS.includes(id))).toEqual([]);
});

test('the page names every case once, none of them failing', () => {
  const page = readFileSync(path.resolve(__dirname, '../../docs/hard-cases.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([A-H]\d+) +\|/gm)].map(([, id]) => id);
  expect(rows).toEqual(ALL_IDS);
  expect(page).not.toContain('| FAILS');
  for (const { what } of CASES) expect(page).toContain(`| ${what} `);
});

test.each([
  ['A8 a reset', ['A8']],
  ['A1, A2, A11 byte by byte', ['A1', 'A2', 'A11']],
  ['A1 and A2 byte by byte', ['A1', 'A2']],
  ['A100-40, 1: 75 tok/s', []],
  ['what A8 is', []],
  ['B2B is no case', []],
])('the ids of the title %j', (title, ids) => {
  expect(idsOf(title)).toEqual(ids);
});

test('titles are found in the text of a file, but not those of tests that are only planned', () => {
  const text = `
    describe.each([1])('A1 of %s', () => { it('A2 x', () => {}); test.only('A3 x', () => {}); });
    test.each([['A4 x', 1]])('%s', () => {});
    test(\`A5 \${1}\`, () => {});
    test.todo('A6 x');
    test.skip('A7 x', () => {});
    expect('A8 x').toBe(1);
  `;
  expect(titlesIn(text).flatMap(idsOf)).toEqual(['A1', 'A2', 'A3', 'A4', 'A5']);
});

test('the page says what the tests said', () => {
  const one = (title: string, status: string, ...ancestorTitles: string[]): object => ({
    title,
    status,
    ancestorTitles,
  });
  const assertionResults = [
    one('A1, A2 x', 'passed'),
    one('inner', 'passed', 'outer', 'A2 y'),
    one('A3 x', 'failed'),
    one('A3 y', 'passed'),
    one('A4 x', 'todo'),
  ];
  const results = resultsByCase([{ testResults: [{ assertionResults }] } as never]);
  const page = hardCasesPage(results);
  const ours = (id: string): string | undefined =>
    new RegExp(`^\\| ${id} .*`, 'm').exec(page)?.[0].split('|')[3]?.trim();
  expect(['A1', 'A2', 'A3', 'A4'].map(ours)).toEqual([
    'passes 1 test',
    'passes 2 tests',
    'FAILS 1 of 2 tests',
    'no test',
  ]);
  expect(page).toContain('Of the 131 cases 2 pass, 1 fail, 128 have no test');
});
