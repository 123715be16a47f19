/**
 * `npm run bench`: what the router adds. One upstream, a bare `node:http` proxy and the router, asked in turn in one run
 * on one connection; everything is on (key, detectors, reservation, decision record, metrics). Prints ratios: absolute
 * times are of this machine and this minute.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';

const ROUNDS = 24;
const REQUESTS_PER_ROUND = 150;
/** Requests before the first that counts: as many as the optimizing compiler needs for both. */
const WARM_UP = 15_000;
const LIMIT = 1.5;

interface Subject {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

async function main(): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-bench-'));
  const children: ChildProcess[] = [];
  const start = async (args: readonly string[]): Promise<Record<string, string>> => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return new Promise((resolve) => {
      createInterface({ input: child.stdout }).once('line', (line) =>
        resolve(JSON.parse(line) as Record<string, string>),
      );
    });
  };
  try {
    const upstream = await start(['--import', 'tsx', 'bin/dev/bench/upstream.ts']);
    const bare = await start(['--import', 'tsx', 'bin/dev/bench/bare-proxy.ts', upstream['url'] ?? '']);
    const config = path.join(folder, 'bench.yaml');
    writeFileSync(config, benchConfig(upstream['url'] ?? ''));
    const router = await start([
      'dist/bin/hybrid-llm.js',
      'serve',
      '--config',
      config,
      '--port',
      '0',
      '--key',
      'hk_bench',
      '--decisions',
      path.join(folder, 'decisions'),
      '--metrics',
      path.join(folder, 'metrics'),
    ]);
    const proxy: Subject = { name: 'bare node:http proxy', url: `${bare['url']}/v1`, key: 'none' };
    const ours: Subject = { name: 'router', url: router['url'] ?? '', key: 'hk_bench' };
    let within = true;
    for (const stream of [false, true]) {
      const [theirs = [], mine = []] = await measure([proxy, ours], stream);
      const ratio = medianRatio(mine, theirs, 0.5);
      within &&= stream || ratio <= LIMIT;
      console.log(`\n${stream ? 'streamed, 20 chunks, time to first byte' : 'whole answer'}`);
      for (const [{ name }, rounds] of [
        [proxy, theirs],
        [ours, mine],
      ] as const) {
        const [p50, p99] = [0.5, 0.99].map((share) => quantile(rounds.flat(), share).toFixed(3));
        console.log(`  ${name.padEnd(22)} p50 ${p50} ms   p99 ${p99} ms`);
      }
      const limit = stream ? '' : ` (limit ${LIMIT})`;
      console.log(`  p50 ratio ${ratio.toFixed(2)}${limit}   p99 ratio ${medianRatio(mine, theirs, 0.99).toFixed(2)}`);
    }
    return within ? 0 : 3;
  } finally {
    for (const child of children) child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A ratio a round, and of these the median: what else the machine does in a few rounds does not count. */
function medianRatio(mine: readonly number[][], theirs: readonly number[][], share: number): number {
  return quantile(
    mine.map((round, index) => quantile(round, share) / quantile(theirs[index] ?? [], share)),
    0.5,
  );
}

/** Milliseconds by subject and round. Subjects take turns, so that both are measured in the same minute. */
async function measure(subjects: readonly Subject[], stream: boolean): Promise<number[][][]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({
    model: 'gpt',
    stream,
    messages: [
      { role: 'system', content: 'You are a helpful assistant of a shop. Answer briefly.' },
      {
        role: 'user',
        content: 'My order from the 3rd of May has not come. What can I do about it, and whom do I write to?',
      },
    ],
  });
  const times = subjects.map((): number[][] => []);
  for (const subject of subjects) {
    for (let i = 0; i < WARM_UP; i++) await ask(subject, body, agent, stream);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, subject] of subjects.entries()) {
      const taken: number[] = [];
      for (let i = 0; i < REQUESTS_PER_ROUND; i++) taken.push(await ask(subject, body, agent, stream));
      times[index]?.push(taken);
    }
  }
  agent.destroy();
  return times;
}

/** Milliseconds to the whole answer, or to the first byte of a streamed one. */
function ask({ url, key }: Subject, body: string, agent: http.Agent, stream: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const sinceMs = (): number => Number(process.hrtime.bigint() - began) / 1e6;
    const request = http.request(
      `${url}/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        let firstByteMs = 0;
        response.on('data', () => {
          if (firstByteMs === 0) firstByteMs = sinceMs();
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(stream ? firstByteMs : sinceMs());
          else reject(new Error(`${url} answered ${response.statusCode}`));
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? NaN;
}

const benchConfig = (upstream: string): string => `
name: bench
region: us-east-1
lanes: [open]
providers: { openai: { baseUrl: '${upstream}/v1', secret: bench/openai } }
models: { gpt: { provider: openai, model: gpt-4o } }
routes: [{ name: default, to: [gpt] }]
sensitivity: { default: public }
budgets: { monthlyUsd: 1000000 }
`;

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
