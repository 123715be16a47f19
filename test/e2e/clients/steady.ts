/** A server made of OpenAI's own description of its API: it checks each request and makes up an answer. */
import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { OPENAI_DESCRIPTION, STEADY } from './places';

export interface Steady {
  readonly url: string;
  stop(): Promise<void>;
}

/** It takes no port 0, and a port that was free may be taken by the time it listens. */
export async function startSteady(): Promise<Steady> {
  for (let left = 2; ; left -= 1) {
    try {
      return await startOn(await freePort());
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

async function startOn(port: number): Promise<Steady> {
  const args = ['--host', '127.0.0.1', '-p', String(port), '--no-color', OPENAI_DESCRIPTION];
  // Its launcher runs the real program as a child of its own: both are one group, and end together.
  // In CI it would speak to the CI's log, in other words.
  const { CI: _, GITHUB_ACTIONS: __, ...env } = process.env;
  const child = spawn(process.execPath, [STEADY, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env });
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  // What never says that it listens must not keep the suite open.
  const late = setTimeout(end, START_MS);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      if (line.startsWith('Ready to accept requests')) resolve();
    });
    void exited.then(() => reject(new Error(`steady ended: ${output}`)));
  }).finally(() => clearTimeout(late));
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      end();
      await exited;
    },
  };
}

const START_MS = 15_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
