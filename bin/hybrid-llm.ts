#!/usr/bin/env node
/** The command line: a table of commands, each a file of its own. */
import { parseArgs } from 'node:util';
import { type Command, ExitCode, UsageError } from './commands/command';
import { chat } from './commands/chat';
import { connect } from './commands/connect';
import { doctor } from './commands/doctor';
import { explain } from './commands/explain';
import { fleet } from './commands/fleet';
import { init } from './commands/init';
import { keys } from './commands/keys';
import { logs } from './commands/logs';
import { models } from './commands/models';
import { plan } from './commands/plan';
import { replayCommand } from './commands/replay';
import { residency } from './commands/residency';
import { serve } from './commands/serve';
import { status } from './commands/status';
import { validate } from './commands/validate';

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

async function main(argv: readonly string[]): Promise<number> {
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

// `hybrid-llm validate | head`: whoever reads has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? ExitCode.done : ExitCode.ourFault),
);

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // A fault of ours: here, and only here, a stack helps whoever mends it.
    process.stderr.write(`hybrid-llm failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = ExitCode.ourFault;
  },
);
