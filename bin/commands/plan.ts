/** `plan`: what each fleet runs on, what it costs and when it pays. `--update` writes the choice into the lock file. */
import { writeFileSync } from 'node:fs';
import { tokenOffers } from '../../config/catalog/prices';
import type { FleetChoice, Lock } from '../../config/lock';
import type { Config } from '../../config/schema';
import type { IdleFloor } from '../../lib/economics/idle';
import { assemble, chooseFleets } from '../../lib/selection/assemble';
import type { PlanReport } from '../../lib/selection/plan-report';
import { lockFor } from '../../lib/selection/resolve';
import { planPage } from '../plan-page/page';
import { type Command, ExitCode, UsageError, flag, text } from './command';
import { CONFIG_OPTION, loadConfig, printFindings } from './load-config';
import { loadLock, lockFileOf, saveLock } from './lock-file';
import { planTables } from './plan-tables';

export const plan: Command = {
  name: 'plan',
  summary: 'says what each fleet runs on, what it costs and from how many tokens a day it pays',
  usage: `hybrid-llm plan [--config FILE] [--update] [--json | --html FILE] [--rejected]
  --update     choose anew from the catalogue, write hybrid-llm.lock.json beside the config, print what changed
  --json       the whole plan as JSON
  --html FILE  the whole plan as one page that needs nothing else
  --rejected   with each instance type that was not taken, and why`,
  options: {
    ...CONFIG_OPTION,
    update: { type: 'boolean' },
    json: { type: 'boolean' },
    html: { type: 'string' },
    rejected: { type: 'boolean' },
  },
  async run(args) {
    const page = text(args, 'html');
    if (flag(args, 'json') && page !== undefined) throw new UsageError('give either --json or --html FILE');
    const { file, config, findings } = loadConfig(args);
    printFindings(file, findings);
    if (config === null) return ExitCode.badInput;
    const lockFile = lockFileOf(file);
    const update = flag(args, 'update');
    const before = update ? readable(lockFile) : loadLock(lockFile);
    const after = update ? chosenAnew(config, before) : before;
    if (after === 'impossible') return ExitCode.badInput;
    const { chosen, problems } = chooseFleets(config);
    if (problems.length > 0) {
      for (const problem of problems) process.stderr.write(`error: ${problem}\n`);
      return ExitCode.badInput;
    }
    const { idle, warning } = await idleOf(file);
    const report = assemble({
      config,
      chosen,
      lock: after,
      idle,
      written: update,
      warnings: warning === null ? [] : [warning],
      nowMs: Date.now(),
    });
    if (update && after !== null) write(lockFile, before, after, report, config);
    print(report, config, { json: flag(args, 'json'), page, withRejected: flag(args, 'rejected') });
    return ExitCode.done;
  },
};

/** A lock that cannot be read is what `--update` mends. */
function readable(lockFile: string): Lock | null {
  try {
    return loadLock(lockFile);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return null;
  }
}

function chosenAnew(config: Config, before: Lock | null): Lock | 'impossible' {
  const { lock, problems } = lockFor(config, before);
  for (const { severity, message } of problems) process.stderr.write(`${severity}: ${message}\n`);
  return lock ?? 'impossible';
}

/** The template is synthesized for it; where that needs AWS, as to look up a VPC, the plan goes on without. */
async function idleOf(file: string): Promise<{ readonly idle: IdleFloor | null; readonly warning: string | null }> {
  // Loaded here: the CDK takes longer to load than all of the other commands together.
  const { idleOfConfig } = await import('../idle-of-config.js');
  const { ConfigSource, ConfigError } = await import('../../constructs/hybrid-llm/config-source.js');
  try {
    // Without its lock: what a fleet runs on changes nothing of what is there when no host runs.
    return { idle: idleOfConfig(ConfigSource._unlocked(file)), warning: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      idle: null,
      warning: `what the deployment costs idle is not known, since it cannot be synthesized here, and break-even leaves it out: ${error.message}`,
    };
  }
}

function write(lockFile: string, before: Lock | null, after: Lock, { fleets }: PlanReport, config: Config): void {
  for (const name of new Set([...Object.keys(before?.fleets ?? {}), ...Object.keys(after.fleets)])) {
    const [was, is] = [before?.fleets[name], after.fleets[name]].map((fleet) =>
      fleet === undefined ? 'none' : describe(fleet.chosen),
    );
    const cost = costOf(fleets[name], config.fleets[name]?.capacity.spot ?? true);
    process.stderr.write(`${name}: ${is ?? 'none'}${cost} ${was === is ? '(as before)' : `(was: ${was})`}\n`);
  }
  saveLock(lockFile, after);
  process.stderr.write(`${lockFile} is written; commit it\n`);
}

const describe = ({ quantization, tensorParallel, pipelineParallel, instanceTypes, revision }: FleetChoice): string => {
  const gpus = tensorParallel * pipelineParallel;
  return `${quantization}, ${gpus} GPU${gpus === 1 ? '' : 's'} a replica, on ${instanceTypes.join(' or ')}${revision === null ? '' : `, revision ${revision}`}`;
};

function costOf(fleet: PlanReport['fleets'][string] | undefined, onSpot: boolean): string {
  const [pool] = fleet?.pools ?? [];
  const usdPerHour = (onSpot ? pool?.spotUsdPerHour : null) ?? pool?.onDemandUsdPerHour ?? null;
  return usdPerHour === null ? '' : `, from $${usdPerHour.toFixed(2)} an hour and replica`;
}

function print(
  report: PlanReport,
  config: Config,
  {
    json,
    page,
    withRejected,
  }: { readonly json: boolean; readonly page: string | undefined; readonly withRejected: boolean },
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else if (page !== undefined) {
    savePage(
      page,
      planPage(report, {
        name: config.name,
        region: config.region,
        pricesAsOf: PRICES_AS_OF,
        madeOn: new Date().toISOString().slice(0, 10),
      }),
    );
    process.stderr.write(`${page} is written\n`);
  } else {
    const { isTTY, columns } = process.stdout;
    const isColoured = isTTY && process.env['NO_COLOR'] === undefined;
    process.stdout.write(planTables(report, { width: columns, isColoured, withRejected }));
  }
}

/** Day of the oldest price of a token. */
const PRICES_AS_OF = tokenOffers.map(({ asOf }) => asOf).reduce((oldest, asOf) => (asOf < oldest ? asOf : oldest));

function savePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new UsageError(`the page ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
