/** `cdk synth` as the CDK's command line runs it: the same bytes wherever and whenever. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buildProgram } from '../../bin/dev/bundle';

const ROOT = path.resolve(__dirname, '../..');
const APP = path.join(ROOT, 'dist', `test-${process.pid}`, 'app.js');
const EXAMPLE = path.join(ROOT, 'config/hybrid-llm.yaml');

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-synth-'));
  await buildProgram('bin/app.ts', APP);
});
afterAll(() => {
  for (const made of [folder, path.dirname(APP)]) rmSync(made, { recursive: true, force: true });
});

interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: string;
}

function synth(out: string, { cwd, env = {}, config = EXAMPLE }: Surroundings): void {
  const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  execFileSync(process.execPath, [APP], {
    cwd,
    env: { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify({ ...context, config }), ...env },
    stdio: 'pipe',
  });
}

/** SHA-256 of every file in the assembly, by its path. Timings are no part of what is deployed. */
function hashes(out: string): Record<string, string> {
  const files = (readdirSync(out, { recursive: true }) as string[]).filter((file) =>
    statSync(path.join(out, file)).isFile(),
  );
  return Object.fromEntries(
    files
      .filter((file) => !/^(performance-counters|validation-report)\.json$/.test(file))
      .sort()
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(path.join(out, file)))
          .digest('hex'),
      ]),
  );
}

test('twice, from another folder, in another time zone and locale: byte for byte the same', () => {
  const [here, again] = ['here', 'again'].map((name) => path.join(folder, name)) as [string, string];
  synth(here, { cwd: ROOT });
  synth(again, { cwd: folder, env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' } });
  const made = hashes(here);
  expect(Object.keys(made)).toContain('acme-llm.template.json');
  expect(hashes(again)).toEqual(made);
}, 60_000);

test('fails on a wrong config with its findings, exit code 2 and no stack trace', () => {
  const config = path.join(folder, 'wrong.yaml');
  writeFileSync(config, 'name: acme\nregion: nowhere\n');
  let failed: { status: number; stderr: Buffer } | null = null;
  try {
    synth(path.join(folder, 'wrong'), { cwd: ROOT, config });
  } catch (error) {
    failed = error as { status: number; stderr: Buffer };
  }
  expect(failed?.status).toBe(2);
  expect(failed?.stderr.toString()).toMatch(/wrong\.yaml:2:9 {2}region/);
  expect(failed?.stderr.toString()).not.toMatch(/\n\s+at /);
}, 60_000);
