/** The command line as it is built: in a process of its own, as a user runs it, or in one that many commands share. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { CLI } from './cli-file';
import { type Ran, warmCli } from './warm-cli';

const ROOT = path.resolve(__dirname, '../..');

/** The built program. */
export { CLI as entry };
export type { Ran };

const warm = warmCli(ROOT);
afterAll(() => warm.stop());

/** In a process that the commands of a file share. */
export const run = (...args: string[]): Promise<Ran> => runWith({}, ...args);

/** With more environment variables. */
export const runWith = ({ env = {} }: { env?: NodeJS.ProcessEnv }, ...args: string[]): Promise<Ran> =>
  warm.run(args, { ...process.env, ...env });

/** In a process of its own, as a user runs it: with an end that is its own, and text on standard input. */
export function runAlone(
  { env = {}, input = '' }: { env?: NodeJS.ProcessEnv; input?: string },
  ...args: string[]
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, ...env } };
    const child = execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

export interface Serving {
  readonly line: { readonly url: string | null; readonly sealedUrl: string | null; readonly key: string };
  readonly process: ChildProcess;
  /** Everything on standard output and standard error so far. */
  readonly output: { stdout: string; stderr: string };
  /** Sends SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

export const startServe = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Serving> =>
  startListening('serve', args, env);

/** A command that says in one line of JSON when it listens. `program`: another build of the command line. */
export async function startListening(
  command: 'serve' | 'connect',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = CLI,
): Promise<Serving> {
  const child = spawn(process.execPath, [program, command, '--port', '0', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => (output.stdout += `${line}\n`));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const first = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    exited.then((code) => Promise.reject(new Error(`${command} ended with ${code}: ${output.stderr}`))),
  ]);
  return {
    line: JSON.parse(first) as Serving['line'],
    process: child,
    output,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** A file in a folder of its own. */
export function tempFile(name: string, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}
