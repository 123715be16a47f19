/**
 * `npm run bench`: what the router adds. One upstream, a bare `node:http` proxy and the router, asked in turn in one run;
 * everything is on (key, detectors, reservation, decision record, metrics). What counts are the ratios: absolute times are
 * of this machine and this minute. Ends with 3 where a limit is missed. `--short`: fewer rounds.
 */
import { moduleLoadMs, programBytes } from './bench/cold-start';
import { type Round, type Subject, measure, medianOf, quantile } from './bench/load';
import { withSubjects } from './bench/processes';

const SHORT = process.argv.includes('--short');
const ROUNDS = SHORT ? 8 : 24;
const WARM_UP = SHORT ? 4_000 : 15_000;

interface Finding {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly atLeast?: boolean;
  readonly unit?: string;
}

async function main(): Promise<number> {
  const findings = [...(await withSubjects(compareAll)), ...(await coldStart())];
  console.log('');
  for (const finding of findings) console.log(line(finding));
  return findings.every(isMet) ? 0 : 3;
}

async function compareAll({
  bare,
  passed,
  translated,
}: Record<'bare' | 'passed' | 'translated', Subject>): Promise<Finding[]> {
  const at = { rounds: ROUNDS, requestsPerRound: 150, warmUp: WARM_UP, connections: 1 };
  const subjects = [bare, passed, translated];
  const whole = await told('whole answer, one connection', subjects, { ...at, stream: false });
  const many = await told('whole answer, 16 connections', [bare, passed], {
    ...at,
    stream: false,
    connections: 16,
    requestsPerRound: 1_000,
    warmUp: WARM_UP / 5,
  });
  const first = await told('streamed, time to first byte', subjects, { ...at, stream: true, warmUp: WARM_UP / 5 });
  const ratioOf = (share: number) => (mine: Round, theirs: Round) =>
    quantile(mine.timesMs, share) / quantile(theirs.timesMs, share);
  const rate = (mine: Round, theirs: Round): number => mine.requestsPerSecond / theirs.requestsPerSecond;
  const added = (mine: Round, theirs: Round): number => quantile(mine.timesMs, 0.5) - quantile(theirs.timesMs, 0.5);
  return [
    { what: 'passed through, p50 ÷ bare proxy', value: medianOf(whole.mine, whole.bare, ratioOf(0.5)), limit: 1.3 },
    { what: 'passed through, p99 ÷ bare proxy', value: medianOf(whole.mine, whole.bare, ratioOf(0.99)), limit: 2 },
    {
      what: 'requests/s at 16 connections ÷ bare proxy',
      value: medianOf(many.mine, many.bare, rate),
      limit: 0.5,
      atLeast: true,
    },
    { what: 'first streamed byte, added', value: medianOf(first.mine, first.bare, added), limit: 1, unit: 'ms' },
    { what: 'translated, p50 ÷ passed through', value: medianOf(whole.translated, whole.mine, ratioOf(0.5)), limit: 2 },
    {
      what: 'translated, first streamed byte ÷ passed through',
      value: medianOf(first.translated, first.mine, ratioOf(0.5)),
      limit: 2,
    },
  ];
}

/** Measures and prints the absolute times. */
async function told(
  title: string,
  subjects: readonly Subject[],
  asking: Parameters<typeof measure>[1],
): Promise<Record<'bare' | 'mine' | 'translated', Round[]>> {
  const [bare = [], mine = [], translated = []] = await measure(subjects, asking);
  console.log(`\n${title}`);
  for (const [index, rounds] of [bare, mine, translated].slice(0, subjects.length).entries()) {
    const times = rounds.flatMap(({ timesMs }) => timesMs);
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(3));
    const perSecond = quantile(
      rounds.map(({ requestsPerSecond }) => requestsPerSecond),
      0.5,
    ).toFixed(0);
    console.log(`  ${(subjects[index]?.name ?? '').padEnd(24)} p50 ${p50} ms   p99 ${p99} ms   ${perSecond}/s`);
  }
  return { bare, mine, translated };
}

async function coldStart(): Promise<Finding[]> {
  return [
    {
      what: "the function's program, without lazy chunks",
      value: (await programBytes()) / 1000,
      limit: 150,
      unit: 'KB',
    },
    { what: 'its module load, a fresh process', value: await moduleLoadMs(), limit: 15, unit: 'ms' },
  ];
}

const isMet = ({ value, limit, atLeast = false }: Finding): boolean => (atLeast ? value >= limit : value <= limit);

function line(finding: Finding): string {
  const { what, value, limit, atLeast = false, unit = '' } = finding;
  const bound = `${atLeast ? 'at least' : 'at most'} ${limit}`;
  return `${isMet(finding) ? 'ok    ' : 'MISSED'} ${what.padEnd(50)} ${value.toFixed(2)} ${unit} (${bound})`;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
