/** What a cold start pays for the router's code: reading and running the bundle before the first request. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { ENVIRONMENT } from '../../../lib/plan/environment';
import { planOf } from '../../support/plans';
import { ROUTER_BUNDLE } from './places';

const RUNS = 7;
/** Far above what it takes: this is about an import that does not belong there, not about this machine. */
const MOST_MS = 500;

/** As the runtime has it when it loads a handler. */
const LOAD = `
  globalThis.awslambda = { streamifyResponse: (handler) => handler };
  const startedMs = performance.now();
  const { handler } = require(process.argv[1]);
  const ms = performance.now() - startedMs;
  process.stdout.write(JSON.stringify({ ms, type: typeof handler, node: process.version }));
`;

test('the bundle loads in a moment', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-load-'));
  const file = path.join(folder, 'index.js');
  cpSync(ROUTER_BUNDLE, folder, { recursive: true });
  writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(planOf()));
  const env = {
    AWS_REGION: 'us-east-1',
    [ENVIRONMENT.keysTable]: 'keys',
    [ENVIRONMENT.ledgerTable]: 'ledger',
    [ENVIRONMENT.lane]: 'open',
  };
  const runs = Array.from({ length: RUNS }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD, file], { env, encoding: 'utf8' });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as { ms: number; type: string; node: string };
  });
  const kib = statSync(file).size / 1024;
  rmSync(folder, { recursive: true });

  const times = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(RUNS / 2)] as number;
  const { node, type } = runs[0] as (typeof runs)[number];
  process.stderr.write(`router: ${kib.toFixed(0)} KiB load in ${median.toFixed(0)} ms (median of ${RUNS}, ${node})\n`);
  expect(type).toBe('function');
  expect(median).toBeLessThan(MOST_MS);
});
