/**
 * Damaged requests to a router and damaged answers to its requests: `node --expose-gc --import tsx program.ts --runs N
 * --seed S`. Prints one line of JSON. The same seed does the same damage.
 */
import * as http from 'node:http';
import { parseArgs } from 'node:util';
import { configOf } from '../../support/plans';
import { KEY, type TestRouter, startRouter } from '../../support/router';
import { mutateBytes, mutateJson } from './mutate';
import { Random } from './random';
import { SOUND } from './requests';
import { type FuzzUpstream, startUpstream } from './upstream';

const SECRET = 'sk-provider-0123456789abcdef';
const AWS_SECRET = 'aws-secret-0123456789abcdef';
const AT_ONCE = 8;
const HANG_MS = 20_000;
/** Memory is compared between these two, when all that is kept once is there. */
const EARLY = 2_000;

export interface Summary {
  readonly runs: number;
  readonly seed: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What should not have been, at most some of it. */
  readonly wrong: readonly string[];
  /** Growth from request 2,000 to 10,000, or to the last one if there are fewer. */
  readonly grownMb: number;
}

async function main(): Promise<Summary> {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
  const runs = Number(values.runs ?? 12_000);
  const seed = Number(values.seed ?? 1);
  const random = new Random(seed);
  const upstream = await startUpstream(new Random(seed + 1), { "the caller's key": KEY });
  const router = await start(upstream.url);
  const wrong: string[] = [];
  const statuses: Record<string, number> = {};
  const note = (what: string): void => void wrong.push(what);
  process.on('uncaughtException', (error) => note(`uncaught: ${error.stack}`));
  process.on('unhandledRejection', (reason) => note(`unhandled: ${String(reason)}`));
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const late = Math.min(10_000, runs);
  let earlyMb = 0;
  let lateMb = 0;
  for (let done = 0; done < runs;) {
    // By turns: damaged requests and sound answers, then sound requests and damaged answers.
    const damagesAnswers = (done / 500) % 2 >= 1;
    upstream.damage = damagesAnswers ? 0.9 : 0;
    const batch = Math.min(AT_ONCE, runs - done);
    await Promise.all(
      Array.from({ length: batch }, async () => {
        const { path, bytes } = requestOf(random, damagesAnswers);
        const answer = await ask(agent, router.origin + path, bytes);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const faults = faultsOf(answer, { mayFail: damagesAnswers });
        for (const fault of faults)
          note(`${fault}: ${path} ${bytes.toString('utf8').slice(0, 2_000)} → ${answer.text.slice(0, 300)}`);
      }),
    );
    checkRecords(router, note);
    done += batch;
    if (done >= EARLY && earlyMb === 0) earlyMb = usedMb();
    if (done >= late && lateMb === 0) lateMb = usedMb();
  }
  agent.destroy();
  await router.close();
  wrong.push(...leaksOf(upstream));
  await upstream.stop();
  return { runs, seed, statuses, wrong: wrong.slice(0, 20), grownMb: Math.round((lateMb - earlyMb) * 100) / 100 };
}

function start(url: string): Promise<TestRouter> {
  const config = configOf({
    fleets: {
      llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', context: 131_072, endpoints: [url] },
    },
    providers: {
      openai: { secret: 'a/openai', baseUrl: `${url}/v1`, agreement: { kind: 'dpa', ref: 'A' } },
      anthropic: { secret: 'a/anthropic', baseUrl: url },
      gemini: { secret: 'a/gemini', baseUrl: url },
      bedrock: { baseUrl: url },
    },
    models: {
      fast: { fleet: 'llama' },
      gpt: { provider: 'openai', model: 'gpt-4o' },
      claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
      flash: { provider: 'gemini', model: 'gemini-3.5-flash-lite' },
      nova: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' },
      vectors: { provider: 'openai', model: 'text-embedding-3-small' },
    },
    routes: [{ name: 'default', to: ['gpt', 'fast'] }],
    budgets: { monthlyUsd: 1_000_000 },
  });
  return startRouter(config, {
    secrets: { 'a/openai': SECRET, 'a/anthropic': SECRET, 'a/gemini': SECRET },
    credentials: () => Promise.resolve({ accessKeyId: 'AKIA', secretAccessKey: AWS_SECRET }),
  });
}

function requestOf(random: Random, sound: boolean): { path: string; bytes: Buffer } {
  const { path, body } = random.pick(SOUND);
  const changed = sound || random.chance(0.3) ? body : mutateJson(body, random);
  const bytes = Buffer.from(JSON.stringify(changed) ?? '');
  return { path, bytes: sound || random.chance(0.7) ? bytes : mutateBytes(bytes, random) };
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function ask(agent: http.Agent, url: string, bytes: Buffer): Promise<Answered> {
  return new Promise((resolve) => {
    const failed = (why: string): void => resolve({ status: 0, type: why, text: '' });
    const headers = {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      'content-length': bytes.length,
    };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8') + JSON.stringify(response.headers);
        resolve({ status: response.statusCode ?? 0, type: String(response.headers['content-type']), text });
      });
      response.on('error', (error) => failed(`broken: ${error.message}`));
    });
    request.setTimeout(HANG_MS, () => {
      failed('hang');
      request.destroy();
    });
    request.on('error', (error) => failed(`refused: ${error.message}`));
    request.end(bytes);
  });
}

/** `mayFail`: the target was broken, so that the router may say so. */
function faultsOf({ status, type, text }: Answered, { mayFail }: { readonly mayFail: boolean }): string[] {
  const faults: string[] = [];
  if (status === 0) faults.push(type);
  if (status === 500 || text.includes('internal_error')) faults.push('a fault of the router');
  if (status >= 500 && !mayFail) faults.push(`${status} for a mistake of the caller`);
  if ([SECRET, AWS_SECRET, KEY].some((key) => text.includes(key))) faults.push('a key in the answer');
  if (type.startsWith('text/event-stream')) {
    const ends = text.match(/^data: \[DONE\]$/gm)?.length ?? 0;
    const errors = text.match(/^data: \{"(type":"error"|error":)/gm)?.length ?? 0;
    if (ends + errors > 1) faults.push(`${ends} ends and ${errors} errors in one stream`);
    if (text.includes('\ufffd') && !mayFail) faults.push('a broken character');
  } else if (status >= 400 && !/^\{.*"error":\{/.test(text)) faults.push('an error in no shape');
  return faults;
}

function checkRecords({ records, metrics }: TestRouter, note: (what: string) => void): void {
  const lines = JSON.stringify(records) + JSON.stringify(metrics);
  if ([SECRET, AWS_SECRET, KEY].some((key) => lines.includes(key))) note('a key in a record');
  records.length = 0;
  metrics.length = 0;
}

const leaksOf = ({ leaks }: FuzzUpstream): string[] => [...new Set(leaks)].map((name) => `${name} went to a target`);

function usedMb(): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('start with --expose-gc');
  void collect();
  void collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

main().then(
  (summary) => {
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    process.exitCode = summary.wrong.length === 0 ? 0 : 3;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
