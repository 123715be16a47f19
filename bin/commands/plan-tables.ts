/** A plan as tables for a terminal. */
import { styleText } from 'node:util';
import type { BreakEvenReport, FleetReport, PlanReport, PoolReport } from '../../lib/selection/plan-report';
import { UNKNOWN, bytes, count, counted, duration, gib, usd, usdCents, usdColumn } from '../plan-page/numbers';
import { shellLines } from '../plan-page/shell-lines';
import { breakEvenText, isOutOfReach, lockText, parallelText, stressedText, unknownsOf } from '../plan-page/words';
import { printable, textTable, wrap } from './text-table';

export interface PlanTablesOptions {
  /** Columns of the terminal; more than 100 are not used. @default 100 */
  readonly width?: number;
  readonly isColoured: boolean;
  /** Each rejected instance type with its reason, instead of their number. @default false */
  readonly withRejected?: boolean;
}

const WIDEST = 100;
/** On fewer columns tables are no longer tables. */
const NARROWEST = 80;

interface Pen {
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly warning: (text: string) => string;
}

export function planTables(report: PlanReport, options: PlanTablesOptions): string {
  const pen = penOf(options);
  const sections = [
    warnings(report, pen),
    ...Object.entries(report.fleets).map(([name, fleet]) => [
      ...fleetLines(name, fleet, pen),
      ...poolLines(fleet, pen),
      ...rejectedLines(fleet, options.withRejected ?? false, pen),
      ...breakEvenLines(
        report.breakEven.filter((one) => one.fleet === name),
        fleet,
        pen,
      ),
      ...argumentLines(fleet, pen),
    ]),
    idleLines(report, pen),
    factLines('Outlook', 'what', report.outlook, pen),
    factLines('Assumptions', 'assumption', report.assumptions, pen),
    paragraph(lockText(report.lock), pen, ''),
  ];
  return sections
    .filter(({ length }) => length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

function penOf({ width = WIDEST, isColoured }: PlanTablesOptions): Pen {
  // Whether there is a terminal is the caller's to know.
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    isColoured ? styleText(format, text, { validateStream: false }) : text;
  return {
    width: Math.min(WIDEST, Math.max(NARROWEST, width)),
    bold: style('bold'),
    quiet: style('dim'),
    warning: style('yellow'),
  };
}

/** Wrapped; the first line begins with `start`, the others as far in. */
function paragraph(text: string, { width }: Pen, start = '  '): string[] {
  return wrap(printable(text), width - start.length).map(
    (line, index) => `${index === 0 ? start : ' '.repeat(start.length)}${line}`,
  );
}

const warnings = (report: PlanReport, pen: Pen): string[] =>
  report.warnings.flatMap((warning) => paragraph(warning, pen, 'warning: ').map(pen.warning));

function fleetLines(name: string, fleet: FleetReport, pen: Pen): string[] {
  const asked = fleet.asked;
  const facts: [string, string][] = [
    ['model', fleet.model],
    ['checkpoint', `${fleet.checkpoint} (${fleet.quantization})`],
    ['a replica', parallelText(fleet.tensorParallel, fleet.pipelineParallel)],
    ['weights', gib(fleet.weightGiB)],
    ['KV cache', `${count(fleet.kvCacheTokens)} tokens of ${bytes(fleet.kvBytesPerToken)}`],
    [
      'holds',
      asked === undefined
        ? `${counted(fleet.maxConcurrency, 'sequence')} at full context`
        : `${counted(fleet.maxConcurrency, 'sequence')} of ${count(asked.context)} tokens; ${count(asked.concurrency)} asked`,
    ],
  ];
  const term = Math.max(...facts.map(([key]) => key.length));
  return [
    pen.bold(`Fleet ${printable(name)}`),
    ...paragraph(fleet.verdict, pen),
    ...facts.flatMap(([key, value]) => paragraph(value, pen, `  ${key.padEnd(term)}  `)),
  ];
}

function poolLines({ pools }: FleetReport, pen: Pen): string[] {
  if (pools.length === 0) return ['', '  No instance type can run it.'];
  const [spot, demand, tokens] = [
    usdColumn(pools.map(({ spotUsdPerHour }) => spotUsdPerHour)),
    usdColumn(pools.map(({ onDemandUsdPerHour }) => onDemandUsdPerHour)),
    usdColumn(pools.map(({ usdPerMillionTokens }) => usdPerMillionTokens)),
  ];
  const columns: readonly (readonly [head: string, cell: (pool: PoolReport) => string])[] = [
    ['KV tokens', ({ kvCacheTokens }) => count(kvCacheTokens)],
    ['spot/h', ({ spotUsdPerHour }) => spot(spotUsdPerHour)],
    ['od/h', ({ onDemandUsdPerHour }) => demand(onDemandUsdPerHour)],
    ['$/1M', ({ usdPerMillionTokens }) => tokens(usdPerMillionTokens)],
    ['tok/s', ({ tokensPerSecond }) => (tokensPerSecond === null ? UNKNOWN : count(tokensPerSecond))],
    ['TPOT', ({ timePerOutputTokenMs }) => duration(timePerOutputTokenMs)],
    ['TTFT', ({ timeToFirstTokenMs }) => duration(timeToFirstTokenMs)],
  ];
  const table = (some: typeof columns): string[] =>
    textTable(
      [{ head: 'pool' }, { head: 'GPUs' }, ...some.map(([head]) => ({ head, align: 'right' as const }))],
      pools.map((pool) => [pool.instanceType, `${pool.gpuCount} × ${pool.gpu}`, ...some.map(([, cell]) => cell(pool))]),
      { width: pen.width, head: pen.quiet },
    );
  const tables =
    pen.width < ALL_POOL_COLUMNS ? [...table(columns.slice(0, 4)), '', ...table(columns.slice(4))] : table(columns);
  return [
    '',
    ...tables,
    ...unknownsOf(pools).flatMap(({ instanceType, reason }) =>
      paragraph(`unknown of ${instanceType}: ${reason}`, pen).map(pen.quiet),
    ),
  ];
}

/** On less, what pools cost and how fast they are stand in two tables. */
const ALL_POOL_COLUMNS = 96;

function rejectedLines({ rejected }: FleetReport, isWhole: boolean, pen: Pen): string[] {
  if (rejected.length === 0) return [];
  if (!isWhole) {
    return ['', `  ${counted(rejected.length, 'instance type')} rejected; --rejected says why`];
  }
  const reasons = [...new Set(rejected.map(({ reason }) => reason))];
  const table = textTable(
    [{ head: 'rejected' }, { head: 'why' }],
    reasons.map((reason) => [
      rejected
        .filter((one) => one.reason === reason)
        .map(({ instanceType }) => instanceType)
        .join(', '),
      reason,
    ]),
    { width: pen.width, head: pen.quiet },
  );
  return ['', ...table];
}

function breakEvenLines(rows: readonly BreakEvenReport[], { costCurves }: FleetReport, pen: Pen): string[] {
  if (rows.length === 0) return [];
  const table = textTable(
    [
      { head: 'cheaper than' },
      { head: 'on' },
      { head: 'from tokens/day', align: 'right' },
      { head: 'stressed', align: 'right' },
    ],
    rows.map((row) => [
      row.model,
      row.purchase,
      `${breakEvenText(row)}${isOutOfReach(row, costCurves) ? OUT_OF_REACH : ''}`,
      stressedText(row),
    ]),
    { width: pen.width, head: pen.quiet },
  );
  const note = `${OUT_OF_REACH.trim()}: takes more than the ${counted(costCurves?.maxReplicas ?? 0, 'replica')} that the config allows`;
  return [
    '',
    ...table,
    ...(rows.some((row) => isOutOfReach(row, costCurves)) ? paragraph(note, pen).map(pen.quiet) : []),
  ];
}

const OUT_OF_REACH = ' (*)';

const argumentLines = ({ vllmArgs }: FleetReport, pen: Pen): string[] => [
  '',
  ...shellLines(vllmArgs)
    .map((line) => `  ${printable(line)}`)
    .map((line, index) => (index === 0 ? line : pen.quiet(line))),
];

function idleLines({ idle }: PlanReport, pen: Pen): string[] {
  const head = `${pen.bold('Idle floor')}: ${idle.usdPerMonth === null ? UNKNOWN : `${usd(idle.usdPerMonth)} a month`}`;
  if (idle.items.length === 0) return [head];
  const table = textTable(
    [{ head: 'item' }, { head: 'USD/month', align: 'right' }],
    idle.items.map(({ name, usdPerMonth }) => [name, usdCents(usdPerMonth)]),
    { width: pen.width, head: pen.quiet },
  );
  return [head, ...table];
}

function factLines(title: string, head: string, facts: PlanReport['assumptions'], pen: Pen): string[] {
  if (facts.length === 0) return [];
  const table = textTable(
    [{ head }, { head: 'value' }, { head: 'source' }],
    facts.map(({ name, value, source }) => [name, value, source]),
    { width: pen.width, head: pen.quiet },
  );
  return [pen.bold(title), ...table];
}
