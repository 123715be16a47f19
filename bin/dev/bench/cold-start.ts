/** What a function that starts cold reads: the size of its program, and the time to load it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { configSchema } from '../../../config/schema';
import { compile } from '../../../lib/plan/compile';
import { bundleAsset } from '../bundle';
import { quantile } from './load';

const RUNS = 21;

/** Bytes of the program without the chunks that are loaded only when something asks for them. */
export async function programBytes(): Promise<number> {
  const { files } = await bundleAsset('router');
  return files.find(({ path: file }) => path.basename(file) === 'index.js')?.contents.byteLength ?? NaN;
}

/** Milliseconds, the median of fresh processes: from `require` of the function's program to its handler. */
export async function moduleLoadMs(): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-cold-'));
  try {
    cpSync('dist/assets/router', folder, { recursive: true });
    const config = configSchema.parse({
      name: 'bench',
      region: 'us-east-1',
      providers: { openai: { secret: 'bench/openai' } },
      models: { gpt: { provider: 'openai', model: 'gpt-4o' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    });
    writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(compile(config, 'open')));
    writeFileSync(path.join(folder, 'measure.js'), PROGRAM);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, ['measure.js'], { cwd: folder, env: ENVIRONMENT });
      times.push(Number(stdout));
    }
    return quantile(times, 0.5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What Lambda's runtime has loaded before the function's program is loaded anyway. */
const PROGRAM = `
require('node:http'); require('node:https'); require('node:stream'); require('node:crypto');
globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: {} };
const began = performance.now();
require('./index.js');
process.stdout.write(String(performance.now() - began));
process.exit();
`;

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'A',
  AWS_SECRET_ACCESS_KEY: 'B',
  HYBRID_LLM_DEPLOYMENT: 'bench',
  HYBRID_LLM_LANE: 'open',
  HYBRID_LLM_KEYS_TABLE: 'keys',
  HYBRID_LLM_LEDGER_TABLE: 'ledger',
};
