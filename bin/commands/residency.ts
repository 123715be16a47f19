/** `residency check`: whether the templates of a cloud assembly leave the sealed lane or a GPU host a way out. */
import { readFileSync } from 'node:fs';
import { AssemblyError, readAssembly } from '../../lib/proof/read-assembly';
import { type Residency, proveResidency } from '../../lib/proof/residency';
import { formatResidency } from '../../lib/proof/residency-text';
import { type Command, ExitCode, UsageError, flag } from './command';

export const residency: Command = {
  name: 'residency',
  summary: 'proves on finished templates that nothing sealed has a way out',
  usage: `hybrid-llm residency check [FOLDER] [--json] [--accept-not-seen]
  FOLDER              a cloud assembly, as \`cdk synth\` makes it (cdk.out)
  --accept-not-seen   somebody has looked at the subnets and route tables that are made elsewhere`,
  positionals: 2,
  options: { json: { type: 'boolean' }, 'accept-not-seen': { type: 'boolean' } },
  async run(args) {
    const [action, folder = 'cdk.out'] = args.positionals;
    if (action !== 'check')
      throw new UsageError(action === undefined ? 'say `check`' : `no \`${action}\`; there is: check`);
    const result = prove(folder.replace(/\/+$/, ''));
    if (result === null) return ExitCode.badInput;
    process.stdout.write(flag(args, 'json') ? `${JSON.stringify(result, null, 2)}\n` : formatResidency(folder, result));
    // Nothing proved is not proved: a script that waits for the proof must not read it as one.
    const isAccepted = result.verdict === 'not-seen' && flag(args, 'accept-not-seen');
    return result.verdict === 'sealed' || isAccepted ? ExitCode.done : ExitCode.checkFailed;
  },
};

function prove(folder: string): Residency | null {
  try {
    return proveResidency(readAssembly(folder, textOf));
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error;
    process.stderr.write(`hybrid-llm residency: ${error.message}\n`);
    return null;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw new AssemblyError(`cannot read ${file} (${code})`);
  }
}
