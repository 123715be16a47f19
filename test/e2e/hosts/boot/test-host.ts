/** A folder that the boot scripts take for `/`, with the bundle that a host downloads and fakes of what they call. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { HostFile } from '../../../../lib/capacity/host-file';
import { hostFile } from '../../../capacity/host-file';
import { type FakeImds, startFakeImds } from '../../../support/fake-imds';
import { type FakePrograms, fakePrograms } from './fake-programs';

const ROOT = path.resolve(__dirname, '../../../..');
export const HOST_FOLDER = path.join(ROOT, 'constructs/vllm-fleet/host');
const AGENT = path.join(ROOT, 'dist/assets/host-agent/index.js');

const UNPACKED = [
  ['index.js', 'agent/index.js'],
  ['engine.sh', 'bin/engine.sh'],
  ['engine-prepare.sh', 'bin/engine-prepare.sh'],
  ['logs.sh', 'bin/logs.sh'],
  ['compile-cache.sh', 'bin/compile-cache.sh'],
] as const;

/** As the mirror writes it. */
export const MANIFEST = {
  version: 1,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  revision: 'main',
  files: [{ path: 'model-00001-of-00001.safetensors', sizeBytes: 5, sha256: 'ab' }],
};

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

export interface BootHost extends FakePrograms {
  readonly imds: FakeImds;
  /** The folder taken for `/`. */
  readonly root: string;
  /** What was unpacked of the zip. */
  readonly bundle: string;
  readonly env: NodeJS.ProcessEnv;
  /** As after `install.sh`, as far as the engine's scripts look at it. */
  unpack(): void;
  read(file: string): string;
  mode(file: string): string;
  /** Runs a script of the bundle, or of the host. */
  bash(script: string, env?: NodeJS.ProcessEnv, args?: readonly string[]): Promise<Ran>;
  agent(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>;
  stop(): Promise<void>;
}

export async function bootHost(host: Partial<HostFile> = {}): Promise<BootHost> {
  const imds = await startFakeImds();
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-boot-'));
  const root = path.join(folder, 'root');
  const bundle = path.join(folder, 'bundle');
  mkdirSync(path.join(root, 'etc/hybrid-llm'), { recursive: true });
  writeFileSync(path.join(root, 'etc/hybrid-llm/host.json'), JSON.stringify(hostFile(host)));
  cpSync(HOST_FOLDER, bundle, { recursive: true });
  cpSync(AGENT, path.join(bundle, 'index.js'));
  const programs = fakePrograms(folder);
  programs.inS3('manifest.json', JSON.stringify(MANIFEST));
  const env = { ...programs.env, HYBRID_LLM_ROOT: root, HYBRID_LLM_IMDS_URL: imds.url, FAKE_BUNDLE: bundle };
  return {
    ...programs,
    imds,
    root,
    bundle,
    env,
    unpack: () => {
      for (const [from, to] of UNPACKED) cpSync(path.join(bundle, from), path.join(root, 'opt/hybrid-llm', to));
      mkdirSync(path.join(root, 'run/hybrid-llm/credentials'), { recursive: true });
    },
    read: (file) => readFileSync(path.join(root, file), 'utf8'),
    mode: (file) => (statSync(path.join(root, file)).mode & 0o7777).toString(8),
    bash: (script, more = {}, args = []) => run('bash', [script, ...args], { ...env, ...more }),
    agent: (args, more = {}) => run(process.execPath, [AGENT, ...args], { ...env, ...more }),
    stop: async () => {
      await imds.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The agent as a process of its own, until it is told to end. */
export function startAgentProcess(env: NodeJS.ProcessEnv): { terminate(): Promise<Ran> } {
  const child = spawn(process.execPath, [AGENT, 'agent'], { env });
  const ended = collected(child);
  return {
    terminate: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  collected(spawn(program, args, { env }));

function collected(child: ReturnType<typeof spawn>): Promise<Ran> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
