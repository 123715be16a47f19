/** Asks whether to go on. */
import { onTerminal } from '../init/terminal';
import { type Args, UsageError, flag } from '../commands/command';

/** `--yes`, or a person says so. Where nobody can be asked it stops, and says how to go on. */
export async function agreed(args: Args, question: string): Promise<boolean> {
  if (flag(args, 'yes')) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`nothing was done: there is no terminal to ask on; give --yes once you agree`);
  }
  return onTerminal(async (ask) => /^(y|yes)$/i.test((await ask(`${question} [y/N] `)).trim()));
}
