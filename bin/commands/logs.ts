/** `logs`: what GPU hosts wrote while they booted and ran, also of those that are gone. */
import type { HostLog, LogBucket } from './log-bucket';
import { logBucket } from './log-bucket';
import { type Command, ExitCode, UsageError, flag, text } from './command';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE } from './deployment';
import { CONFIG_OPTION, configAtHand } from './load-config';

export const logs: Command = {
  name: 'logs',
  positionals: 1,
  summary: 'shows what GPU hosts wrote while they booted and ran',
  usage: `hybrid-llm logs [FLEET | INSTANCE] [--phase NAME] [--list] [--json]
  without a name  which logs there are
  FLEET           those of its host that wrote last
  INSTANCE        those of this host, such as i-0123456789abcdef0
  --phase NAME    only files of this name: boot, journal, or what \`--list\` shows
  --list          names only
  --json          one line of JSON for each file, with its text unless \`--list\` is given
  --config FILE   whose deployment it is
${DEPLOYMENT_USAGE}
  --bucket NAME   its bucket of logs, without asking CloudFormation

Logs hold no prompts. Needs s3:ListBucket and s3:GetObject on the bucket.`,
  options: {
    ...CONFIG_OPTION,
    ...DEPLOYMENT_OPTIONS,
    bucket: { type: 'string' },
    phase: { type: 'string' },
    list: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(args) {
    const config = configAtHand(args, 'bucket');
    if (config === undefined) return ExitCode.badInput;
    const bucket = await logBucket(args, config);
    const [name] = args.positionals;
    const there = await bucket.list();
    const found = chosen(there, name, text(args, 'phase'), bucket);
    const namesOnly = flag(args, 'list') || name === undefined;
    for (const log of found) {
      const content = namesOnly ? undefined : await bucket.read(log);
      process.stdout.write(flag(args, 'json') ? jsonLine(log, content) : textOf(log, content));
    }
    return ExitCode.done;
  },
};

/** Throws where nothing is found, with what there is. */
function chosen(
  logsThere: readonly HostLog[],
  name: string | undefined,
  phase: string | undefined,
  bucket: LogBucket,
): readonly HostLog[] {
  const named = name === undefined ? logsThere : ofHost(logsThere, name);
  if (named.length === 0) {
    const fleets = [...new Set(logsThere.map(({ fleet }) => fleet))].sort().join(', ') || 'none';
    throw new UsageError(
      `no logs of ${name === undefined ? 'any host' : `\`${name}\``} in ${bucket.name}; fleets with logs: ${fleets}`,
    );
  }
  const found = phase === undefined ? named : named.filter(({ file }) => phaseOf(file) === phase);
  if (found.length > 0) return found;
  const phases = [...new Set(named.map(({ file }) => phaseOf(file)))].sort().join(', ');
  throw new UsageError(`--phase is \`${phase}\`; there are: ${phases}`);
}

/** By an instance's id, or by a fleet's name: then of the host that wrote last. */
function ofHost(logsThere: readonly HostLog[], name: string): readonly HostLog[] {
  const host = logsThere.some(({ instance }) => instance === name)
    ? name
    : logsThere.findLast(({ fleet }) => fleet === name)?.instance;
  return logsThere.filter(({ instance }) => instance === host);
}

/** `journal.gz` → `journal`. */
const phaseOf = (file: string): string => file.replace(/(\.(log|txt|json|gz))+$/, '');

const jsonLine = ({ key: _, ...log }: HostLog, content: string | undefined): string =>
  `${JSON.stringify({ ...log, ...(content !== undefined && { text: content }) })}\n`;

function textOf({ fleet, instance, file, bytes, time }: HostLog, content: string | undefined): string {
  const name = `${fleet}/${instance}/${file}`;
  if (content === undefined) return `${time}  ${name}  ${bytes} bytes\n`;
  return `== ${name}, ${time}\n${content}${content === '' || content.endsWith('\n') ? '' : '\n'}`;
}
