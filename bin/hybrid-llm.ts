#!/usr/bin/env node
import { ExitCode } from './commands/command';
import { commandLine } from './commands/command-line';

// `hybrid-llm validate | head`: whoever reads has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? ExitCode.done : ExitCode.ourFault),
);

void commandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
