/** `validate`: says what is wrong with a config, and who may serve what if nothing is. */
import { CLASSES } from '../../config/vocabulary';
import type { Config } from '../../config/schema';
import { compile } from '../../lib/plan/compile';
import type { RouterPlan } from '../../lib/plan/types';
import { mayServe } from '../../lib/policy/boundary';
import { unmetExpectations } from '../../lib/policy/expect';
import { type Command, ExitCode, flag } from './command';
import { CONFIG_OPTION, loadConfig, printFindings } from './load-config';

export const validate: Command = {
  name: 'validate',
  summary: 'checks the config, runs its expectations, prints which model may serve which class',
  usage: 'hybrid-llm validate [FILE | --config FILE] [--json]',
  positionals: 1,
  options: { ...CONFIG_OPTION, json: { type: 'boolean' } },
  async run(args) {
    const { file, config, findings } = loadConfig(args, args.positionals[0]);
    const plan = config === null ? null : openPlan(config);
    const unmet = config === null || plan === null ? [] : unmetExpectations(plan, config.expect);
    const matrix = plan === null ? [] : classMatrix(plan);

    if (flag(args, 'json')) {
      process.stdout.write(
        `${JSON.stringify({ ok: config !== null && unmet.length === 0, findings, matrix, unmet }, null, 2)}\n`,
      );
    } else {
      printFindings(file, findings);
      if (config !== null && plan !== null) {
        process.stdout.write(`${file}: ${count(findings.length, 'warning')}, no errors\n\n${formatMatrix(matrix)}\n`);
        for (const { index, key, expected, found } of unmet) {
          process.stderr.write(`expect[${index}].${key}: expected ${expected}, found ${found}\n`);
        }
        const held = config.expect.length - new Set(unmet.map(({ index }) => index)).size;
        process.stdout.write(`\nexpectations: ${held} of ${config.expect.length} hold\n`);
      }
    }
    if (config === null) return ExitCode.badInput;
    return unmet.length === 0 ? ExitCode.done : ExitCode.checkFailed;
  },
};

/** The lane with the most targets: what it may not do, the sealed one cannot. */
const openPlan = (config: Config): RouterPlan => compile(config, config.lanes.includes('open') ? 'open' : 'sealed');

interface MatrixRow {
  readonly model: string;
  readonly boundary: string;
  readonly serves: Readonly<Record<(typeof CLASSES)[number], boolean>>;
}

function classMatrix(plan: RouterPlan): MatrixRow[] {
  return Object.entries(plan.models).map(([model, { boundary, inLane }]) => ({
    model,
    boundary,
    serves: Object.fromEntries(
      CLASSES.map((one) => [one, inLane && mayServe(plan.sensitivity, one, boundary)]),
    ) as MatrixRow['serves'],
  }));
}

function formatMatrix(rows: readonly MatrixRow[]): string {
  const table = [
    ['model', 'boundary', ...CLASSES],
    ...rows.map(({ model, boundary, serves }) => [
      model,
      boundary,
      ...CLASSES.map((one) => (serves[one] ? 'yes' : '-')),
    ]),
  ];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const count = (number: number, what: string): string =>
  `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`;
