/**
 * `npm start`: the whole path on this machine, without an AWS account and without a GPU. Two fake vLLM replicas, a fake
 * closed API and the real router, on the example config with addresses of the fakes put in. Runs until interrupted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { parseDocument } from 'yaml';

const ROOT = path.resolve(__dirname, '../..');
const children: ChildProcess[] = [];

interface Fake {
  readonly url: string;
  readonly pid: number;
}

interface Listening {
  readonly url: string;
  readonly sealedUrl: string;
  readonly key: string;
}

async function main(serveArgs: readonly string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(0));
  // npm does not pass every signal on: when it has gone, so do we.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop(0);
  }, 500);

  const delay = ['--delay-ms', '40'];
  const [one, two, closed] = await Promise.all([
    startFake('vllm', '--name', 'replica-1', ...delay),
    startFake('vllm', '--name', 'replica-2', ...delay),
    startFake('closed', ...delay),
  ]);
  const config = path.join(folder, 'hybrid-llm.yaml');
  writeFileSync(config, exampleWith([one, two], closed));
  const decisions = path.join(folder, 'decisions.jsonl');
  const router = await start<Listening>(
    ['bin/hybrid-llm.ts', 'serve', '--config', config, '--decisions', decisions, ...serveArgs],
    {
      HYBRID_LLM_SECRET_ACME_ANTHROPIC: 'no-real-key',
      HYBRID_LLM_SECRET_ACME_OPENAI: 'no-real-key',
      HYBRID_LLM_SECRET_ACME_GEMINI: 'no-real-key',
    },
  );
  const serving = await replicaOf(router, decisions);
  const [first, second] = serving === two.url ? [two, one] : [one, two];
  console.log(guide(router, [first, second], closed));
}

const startFake = (kind: 'vllm' | 'closed', ...args: string[]): Promise<Fake> =>
  start<Fake>(['test/support/fake-process.ts', kind, '--port', '0', ...args], {});

/** Starts a process that says in one line of JSON when it listens. When one of them ends by itself, all do. */
function start<T>(args: readonly string[], env: Readonly<Record<string, string>>): Promise<T> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const isRouter = args.includes('serve');
  child.once('exit', (code) => {
    if (isRouter) stop(code ?? 1);
  });
  return new Promise((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as T));
  });
}

function stop(code: number): void {
  for (const child of children) child.kill('SIGTERM');
  process.exit(code);
}

function exampleWith(replicas: readonly Fake[], closed: Fake): string {
  const config = parseDocument(readFileSync(path.join(ROOT, 'config/hybrid-llm.yaml'), 'utf8'));
  config.setIn(
    ['fleets', 'llama-8b', 'endpoints'],
    replicas.map(({ url }) => url),
  );
  config.setIn(['providers', 'anthropic', 'baseUrl'], closed.url);
  config.setIn(['providers', 'gemini', 'baseUrl'], closed.url);
  config.setIn(['providers', 'openai', 'baseUrl'], `${closed.url}/v1`);
  return config.toString();
}

const ask = (model: string, content: string): object => ({
  model,
  stream: true,
  messages: [{ role: 'user', content }],
});
const PUBLIC = ask('task:user_facing_chat', 'Why is the sky blue?');
const RESTRICTED = ask('task:user_facing_chat', 'Refund my card 4111 1111 1111 1111, please.');

/** The replica that the restricted question goes to, so that the right one can be killed: a conversation keeps its replica. */
async function replicaOf({ url, key }: Listening, decisions: string): Promise<string | null> {
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ ...RESTRICTED, stream: false, max_tokens: 1 }),
  });
  await response.text();
  const record = JSON.parse(readFileSync(decisions, 'utf8')) as { attempts: { replica: string | null }[] };
  return record.attempts[0]?.replica ?? null;
}

function guide({ url, sealedUrl, key }: Listening, [one, two]: readonly [Fake, Fake], closed: Fake): string {
  const curl = (base: string, body: object): string =>
    `curl -iN ${base}/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\\n    -d '${JSON.stringify(body)}'`;
  return `
The models behind this router are fakes: they answer with made-up words. The router is the real one.

  endpoint   ${url}   (sealed lane: ${sealedUrl})
  key        ${key}
  fake vLLM  ${one.url} (pid ${one.pid}), ${two.url} (pid ${two.pid})
  fake API   ${closed.url} (pid ${closed.pid}), stands in for Anthropic and OpenAI

To try in another terminal:

1. A public question goes to the closed model, as its route says:
  ${curl(url, PUBLIC)}

2. A restricted one stays on our own replicas, whatever its task's route says:
  ${curl(url, RESTRICTED)}

3. Kill its replica, while 2. streams or before: a stream that has begun ends in an error event, and the next request is
   answered by the other replica.
  kill -9 ${one.pid}

Ctrl-C stops all of it.`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  stop(1);
});
