/** Runs each command that it is sent, and answers with what the command said. */
import { commandLine } from '../../bin/commands/command-line';

interface Asked {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Gathers what is written to a stream meanwhile. */
function gather(stream: NodeJS.WriteStream): { text: () => string; end: () => void } {
  let text = '';
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const written = rest.at(-1);
    if (typeof written === 'function') process.nextTick(written);
    return true;
  };
  return { text: () => text, end: () => void Reflect.deleteProperty(stream, 'write') };
}

async function answer({ args, env }: Asked): Promise<void> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const [stdout, stderr] = [gather(process.stdout), gather(process.stderr)];
  const code = await commandLine(args);
  stdout.end();
  stderr.end();
  process.send?.({ code, stdout: stdout.text(), stderr: stderr.text() });
}

process.on('message', (asked: Asked) => void answer(asked));
process.on('disconnect', () => process.exit());
