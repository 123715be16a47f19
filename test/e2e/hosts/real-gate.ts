/** The gate of a replica as it is deployed, in a real nginx: only paths and ports are other ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as https from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { makeCertificate } from '../../support/certificate';

export interface RealGate {
  readonly url: string;
  readonly port: number;
  /** Of its certificate, in hexadecimal. */
  readonly certificateSha256: string;
  /** While it is there the gate refuses what is new. */
  readonly drainFile: string;
  /** All that nginx said. */
  output(): string;
  /** Resolves when nginx has said this. */
  said(text: string): Promise<void>;
  stop(): Promise<void>;
}

const CONFIG = path.resolve(__dirname, '../../../constructs/vllm-fleet/host/gate.conf');
const TEMP = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** @param silentSeconds how long the engine may say nothing; as deployed unless a test waits for it */
export async function startGate(enginePort: number, silentSeconds = 900): Promise<RealGate> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-gate-'));
  for (const name of ['tls', 'run', 'temp']) mkdirSync(path.join(folder, name));
  const { key, cert, sha256 } = makeCertificate();
  writeFileSync(path.join(folder, 'tls/gate.key'), key);
  writeFileSync(path.join(folder, 'tls/gate.crt'), cert);
  const port = await freePort();
  const config = path.join(folder, 'gate.conf');
  writeFileSync(config, elsewhere(readFileSync(CONFIG, 'utf8'), { folder, port, enginePort, silentSeconds }));

  const nginx = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', config, '-g', 'daemon off;']);
  let output = '';
  nginx.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const stopped = new Promise((resolve) => nginx.on('close', resolve));
  const limit = AbortSignal.timeout(10_000);
  while (!(await answers(port))) {
    if (limit.aborted || nginx.exitCode !== null) throw new Error(`nginx does not listen: ${output}`);
  }
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    certificateSha256: sha256,
    drainFile: path.join(folder, 'run/draining'),
    output: () => output,
    said: async (text) => {
      while (!output.includes(text)) {
        await once(nginx.stderr, 'data', { signal: AbortSignal.timeout(5_000) });
      }
    },
    stop: async () => {
      // At once, as when the host is gone; a second time it is gone already.
      nginx.kill('SIGTERM');
      await stopped;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Places {
  readonly folder: string;
  readonly port: number;
  readonly enginePort: number;
  readonly silentSeconds: number;
}

function elsewhere(text: string, { folder, port, enginePort, silentSeconds }: Places): string {
  const changed = text
    .replaceAll('/etc/hybrid-llm', folder)
    .replaceAll('/run/hybrid-llm', path.join(folder, 'run'))
    .replace('listen 8443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('server 127.0.0.1:8000', `server 127.0.0.1:${enginePort}`)
    .replace('proxy_read_timeout 900s', `proxy_read_timeout ${silentSeconds}s`)
    .replace('worker_processes auto', 'worker_processes 1')
    // Debian's package has another user than Amazon Linux's.
    .replace('user nginx;', process.getuid?.() === 0 ? 'user root;' : '')
    // Says where a body goes to a disk.
    .replace('error_log stderr error', 'error_log stderr warn')
    .replace(
      'http {',
      `http {\n${TEMP.map((one) => `${one}_temp_path ${path.join(folder, 'temp', one)};`).join('\n')}`,
    );
  if (/hybrid-llm\/|\b8443\b|:8000\b/.test(changed)) throw new Error('gate.conf names a place that this does not know');
  return changed;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    https
      .get({ host: '127.0.0.1', port, path: '/', rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(true);
      })
      .on('error', () => resolve(false));
  });

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
