/** `plan`: what each fleet runs on. `--update` writes it into the lock file, from which synth takes it. */
import type { Config } from '../../config/schema';
import type { FleetChoice, Lock } from '../../config/lock';
import { type Resolved, lockFor, resolve } from '../../lib/selection/resolve';
import { type Command, ExitCode, UsageError, flag } from './command';
import { CONFIG_OPTION, loadConfig, printFindings } from './load-config';
import { loadLock, lockFileOf, saveLock } from './lock-file';

export const plan: Command = {
  name: 'plan',
  summary: 'says what each fleet runs on; --update writes it into the lock file',
  usage: `hybrid-llm plan [--config FILE] [--update]
  --update   choose anew from the catalogue, write hybrid-llm.lock.json beside the config, print what changed`,
  options: { ...CONFIG_OPTION, update: { type: 'boolean' } },
  async run(args) {
    const { file, config, findings } = loadConfig(args);
    if (config === null) {
      printFindings(file, findings);
      return ExitCode.badInput;
    }
    const lockFile = lockFileOf(file);
    return flag(args, 'update') ? update(config, lockFile) : show(resolve(config, loadLock(lockFile)));
  },
};

function show({ choices, problems }: Resolved): number {
  for (const [name, choice] of Object.entries(choices)) process.stdout.write(`${name}: ${describe(choice)}\n`);
  for (const { severity, message } of problems) process.stderr.write(`${severity}: ${message}\n`);
  return problems.some(({ severity }) => severity === 'error') ? ExitCode.checkFailed : ExitCode.done;
}

function update(config: Config, lockFile: string): number {
  const before = readable(lockFile);
  const { lock, problems } = lockFor(config, before);
  for (const { severity, message } of problems) process.stderr.write(`${severity}: ${message}\n`);
  if (lock === null) return ExitCode.badInput;
  for (const name of new Set([...Object.keys(before?.fleets ?? {}), ...Object.keys(lock.fleets)])) {
    const [was, is] = [before?.fleets[name], lock.fleets[name]].map((fleet) =>
      fleet === undefined ? 'none' : describe(fleet.chosen),
    );
    process.stdout.write(was === is ? `${name}: ${is} (as before)\n` : `${name}: ${is} (was: ${was})\n`);
  }
  saveLock(lockFile, lock);
  process.stderr.write(`${lockFile} is written; commit it\n`);
  return ExitCode.done;
}

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

const describe = ({ quantization, tensorParallel, instanceTypes, revision }: FleetChoice): string =>
  `${quantization}, ${tensorParallel} GPU${tensorParallel === 1 ? '' : 's'} a replica, on ${instanceTypes.join(' or ')}${revision === null ? '' : `, revision ${revision}`}`;
