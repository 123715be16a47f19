/** `models remove`: the manifest goes first, so that no fleet ever sees one without its files. */
import { type Args, ExitCode, UsageError, flag } from '../commands/command';
import { Interrupted } from '../init/terminal';
import { agreed } from './agree';
import { bucketOf } from './bucket-of';
import { gigabytes } from './bytes-text';
import { type KnownWeights, knownWeights } from './known-weights';
import { labelOf, parsed } from './weights';

export async function removeWeights(args: Args, name: string | undefined): Promise<number> {
  const known = knownWeights(args);
  if (known === undefined) return ExitCode.badInput;
  const bucket = await bucketOf(args, known.config);
  const stored = await bucket.list();
  const all = stored.map(labelOf).join(', ') || 'nothing';
  if (name === undefined) throw new UsageError(`which weights? \`models remove MODEL@REVISION\`; there are: ${all}`);
  const { repository, revision } = parsed(name);
  if (revision === null) throw new UsageError(`give a revision too, \`${name}@REVISION\`; there are: ${all}`);
  const found = stored.find((one) => one.repository === repository && one.revision === revision);
  if (found === undefined) throw new UsageError(`no \`${name}\` in ${bucket.name}; there are: ${all}`);
  if (!flag(args, 'force')) checkUnused(name, known);
  const size = `${found.keys.length} objects, ${gigabytes(found.bytes)}`;
  try {
    if (!(await agreed(args, `Delete ${name} (${size}) from ${bucket.name}?`))) {
      process.stderr.write('nothing was deleted\n');
      return ExitCode.done;
    }
  } catch (error) {
    if (error instanceof Interrupted) return ExitCode.interrupted;
    throw error;
  }
  await bucket.remove(found.keys);
  if (flag(args, 'json')) {
    process.stdout.write(
      `${JSON.stringify({ model: repository, revision, objects: found.keys.length, bytes: found.bytes })}\n`,
    );
  }
  process.stderr.write(`${name} is deleted: ${size}\n`);
  return ExitCode.done;
}

/** A fleet without its weights starts nothing more, and a host that boots just then fails. */
function checkUnused(name: string, { config, weights, problems }: KnownWeights): void {
  const [problem] = problems;
  if (problem !== undefined) {
    throw new UsageError(`which weights the fleets load is not known: ${problem}; or give --force`);
  }
  if (config === null) {
    throw new UsageError(
      `without a config nobody knows whether a fleet loads \`${name}\`; give --config FILE, or --force`,
    );
  }
  const fleets = weights.find((one) => labelOf(one) === name)?.fleets ?? [];
  if (fleets.length === 0) return;
  throw new UsageError(
    `\`${name}\` is what ${fleets.join(', ')} load${fleets.length === 1 ? 's' : ''}: without it no host of it starts; give --force if you mean it`,
  );
}
