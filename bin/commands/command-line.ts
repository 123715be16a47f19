/** The command line: a table of commands, each a file of its own. */
import { parseArgs } from 'node:util';
import { type Command, ExitCode, UsageError } from './command';
import { chat } from './chat';
import { connect } from './connect';
import { doctor } from './doctor';
import { explain } from './explain';
import { fleet } from './fleet';
import { init } from './init';
import { keys } from './keys';
import { logs } from './logs';
import { models } from './models';
import { plan } from './plan';
import { replayCommand } from './replay';
import { residency } from './residency';
import { serve } from './serve';
import { status } from './status';
import { validate } from './validate';

const COMMANDS: readonly Command[] = [
  init,
  validate,
  plan,
  replayCommand,
  doctor,
  explain,
  serve,
  connect,
  chat,
  keys,
  models,
  status,
  logs,
  fleet,
  residency,
];

/** What `package.json` says under `engines`. */
const OLDEST_NODE = [22, 19] as const;

/** Runs a command. What it says is on standard output and standard error; the exit code. */
export async function commandLine(argv: readonly string[]): Promise<number> {
  try {
    return await called(argv);
  } catch (error) {
    // A fault of ours: here, and only here, a stack helps whoever mends it.
    process.stderr.write(`hybrid-llm failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    return ExitCode.ourFault;
  }
}

async function called(argv: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    process.stderr.write(
      `hybrid-llm needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}\n`,
    );
    return ExitCode.badInput;
  }
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(overview());
    return ExitCode.done;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    process.stderr.write(
      `hybrid-llm: no command \`${name}\`; there are: ${COMMANDS.map((one) => one.name).join(', ')}\n`,
    );
    return ExitCode.badInput;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${command.summary}\n\n${command.usage}\n`);
    return ExitCode.done;
  }
  try {
    const { values, positionals } = parseArgs({ args: rest, options: command.options, allowPositionals: true });
    const most = command.positionals ?? 0;
    if (positionals.length > most) throw new UsageError(`\`${positionals[most]}\` is one word too many`);
    return await command.run({ values, positionals });
  } catch (error) {
    if (error instanceof UsageError || isParseArgsError(error)) {
      process.stderr.write(`hybrid-llm ${name}: ${error.message}\n\n${command.usage}\n`);
      return ExitCode.badInput;
    }
    throw error;
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `hybrid-llm COMMAND [options]\n\n${rows.join('')}\n\`hybrid-llm COMMAND --help\` tells the options. Exit codes: 0 done, 1 our fault, 2 the input's fault, 3 a check said no.\n`;
}

const isParseArgsError = (error: unknown): error is Error =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
