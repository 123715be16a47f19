/** A moto server as an AWS account, and the programs that talk to it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { venvProgram } from './python';

const ROOT = path.resolve(__dirname, '../../..');
const run = promisify(execFile);

export interface Account {
  readonly url: string;
  /** What makes any program ask this server for AWS. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a program of this repository or of the suite's Python to its end; its standard output. */
  run(program: string, args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export async function startAccount(): Promise<Account> {
  const port = await freePort();
  const server = spawn(venvProgram('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  // By this name: with an address the CDK's upload of a template is not found again.
  const url = `http://localhost:${port}`;
  await untilItAnswers(url, server);
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {
    url,
    env,
    run: async (program, args) => {
      const options = { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
      return (await run(program, [...args], options)).stdout;
    },
    close: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.kill('SIGTERM');
      }),
  };
}

const STARTS_WITHIN_MS = 30_000;

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < until && server.exitCode === null) {
    if (
      await fetch(`${url}/moto-api/data.json`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill('SIGKILL');
  throw new Error(`moto does not answer at ${url}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
