/** docs/hard-cases.md, from the cases and what their tests said. */
import { CASES, type HardCase, MEASURED, NOTES, NOT_APPLICABLE, SECTIONS } from '../../../test/hard-cases/cases';
import type { CaseResult } from './results';

export function hardCasesPage(results: ReadonlyMap<string, CaseResult>): string {
  const ours = (one: HardCase): string => oursOf(one, results.get(one.id));
  const passing = CASES.filter((one) => ours(one).startsWith('passes')).length;
  return `${[
    '# Hard cases',
    '',
    `<!-- Written by \`npm run docs:hard-cases\`; changes by hand are lost. -->`,
    '',
    `Between OpenAI's API and those of four kinds of providers most mistakes are made in the same ${CASES.length} places. Each`,
    'is a test here, by its id: `npm run test:cases -- -t A8` runs one.',
    '',
    `Of the ${CASES.length} cases ${passing} pass, ${count(CASES, ours, 'FAILS')} fail, ${count(CASES, ours, 'no test')} have no test and ` +
      `${count(CASES, ours, 'not applicable')} cannot arise.`,
    '',
    '## How to read it',
    '',
    '- _Ours_ is what the tests said when this page was written: how many begin with the id of the case, and that all of them',
    '  pass. `FAILS` is one that does not. In A to F and H at least one of each sends a provider’s bytes over real sockets.',
    `- The others were measured on ${MEASURED.on}: ${MEASURED.portkey} and ${MEASURED.litellm}. A few of`,
    '  their results are known from the issues of the two projects alone. `not measured` says nothing of them. Both move',
    '  on: look at the date.',
    ...SECTIONS.flatMap(({ letter, title, cases }) => [
      '',
      `## ${letter}. ${title}`,
      '',
      ...table(
        ['', 'Case', 'Ours', 'Portkey', 'LiteLLM'],
        cases.map((one) => [one.id, one.what, ours(one), one.portkey, one.litellm]),
      ),
    ]),
  ].join('\n')}\n`;
}

function oursOf({ id }: HardCase, result: CaseResult | undefined): string {
  const why = NOT_APPLICABLE[id];
  const note = NOTES[id] === undefined ? '' : `; ${NOTES[id]}`;
  if (result === undefined) return why === undefined ? 'no test' : `not applicable: ${why}`;
  const { passed, failed } = result;
  const of = (tests: number): string => `${tests} test${tests === 1 ? '' : 's'}`;
  if (failed > 0) return `FAILS ${failed} of ${of(passed + failed)}`;
  return `passes ${of(passed)}${note}`;
}

const count = (all: readonly HardCase[], ours: (one: HardCase) => string, word: string): number =>
  all.filter((one) => ours(one).startsWith(word)).length;

/** As wide as prettier writes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
