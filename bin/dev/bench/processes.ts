/** What is measured runs in processes of its own: an upstream, a bare proxy to it, and the router as `serve` runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { Subject } from './load';

export interface Subjects {
  readonly bare: Subject;
  /** A target that speaks the caller's protocol. */
  readonly passed: Subject;
  /** A target that speaks Anthropic's. */
  readonly translated: Subject;
}

export async function withSubjects<T>(use: (subjects: Subjects) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-bench-'));
  const children: ChildProcess[] = [];
  const start = (args: readonly string[]): Promise<Record<string, string>> => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) =>
        resolve(JSON.parse(line) as Record<string, string>),
      );
      child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
    });
  };
  try {
    const { url: upstream = '' } = await start(['--import', 'tsx', 'bin/dev/bench/upstream.ts']);
    const { url: bare = '' } = await start(['--import', 'tsx', 'bin/dev/bench/bare-proxy.ts', upstream]);
    const config = path.join(folder, 'bench.yaml');
    writeFileSync(config, configFor(upstream));
    const lines = ['--decisions', path.join(folder, 'decisions'), '--metrics', path.join(folder, 'metrics')];
    const serve = ['dist/bin/hybrid-llm.js', 'serve', '--config', config, '--port', '0', '--key', KEY, ...lines];
    const { url: router = '' } = await start(serve);
    return await use({
      bare: { name: 'bare node:http proxy', url: `${bare}/v1`, key: 'none', model: 'gpt' },
      passed: { name: 'router, passed through', url: router, key: KEY, model: 'gpt' },
      translated: { name: 'router, translated', url: router, key: KEY, model: 'claude' },
    });
  } finally {
    for (const child of children) child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

const KEY = 'hk_bench';

/** Key, detectors, reservation and a cap, decision record and metrics: everything is on. */
const configFor = (upstream: string): string => `
name: bench
region: us-east-1
lanes: [open]
providers:
  openai: { baseUrl: '${upstream}/v1', secret: bench/openai }
  anthropic: { baseUrl: '${upstream}', secret: bench/anthropic }
models:
  gpt: { provider: openai, model: gpt-4o }
  claude: { provider: anthropic, model: claude-sonnet-5 }
routes: [{ name: default, to: [gpt] }]
sensitivity: { default: public }
budgets: { monthlyUsd: 1000000 }
`;
