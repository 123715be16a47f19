/** The gate's own config in a real nginx, before a fake engine. Only paths and ports are other ones. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type FakeVllm, startFakeVllm } from '../../support/fake-vllm';
import { describeWith } from '../../support/installed';
import { HOST_FOLDER } from './test-host';

const PROMPT = 'the prompt that nobody may log';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

describeWith('nginx', 'the gate', () => {
  let folder: string;
  let port: number;
  let engine: FakeVllm;
  let nginx: ChildProcess;
  let output = '';
  let stopped: Promise<unknown>;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-gate-'));
    engine = await startFakeVllm({ models: ['fast'], script: () => 'word '.repeat(400) });
    port = await freePort();
    for (const name of ['tls', 'run', 'temp']) mkdirSync(path.join(folder, name));
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=gate'],
        ...['-keyout', path.join(folder, 'tls/gate.key'), '-out', path.join(folder, 'tls/gate.crt')],
      ],
      { stdio: 'ignore' },
    );
    const config = path.join(folder, 'gate.conf');
    writeFileSync(config, elsewhere(readFileSync(path.join(HOST_FOLDER, 'gate.conf'), 'utf8')));
    nginx = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', config, '-g', 'daemon off;']);
    nginx.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    stopped = new Promise((resolve) => nginx.on('close', resolve));
    await listening();
  });

  afterAll(async () => {
    nginx.kill('SIGTERM');
    await stopped;
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    engine.tokenDelayMs = 0;
  });
  afterEach(async () => {
    rmSync(path.join(folder, 'run/draining'), { force: true });
    await engine.revive();
  });

  async function said(text: string): Promise<void> {
    while (!output.includes(text)) await once(nginx.stderr as Readable, 'data', { signal: AbortSignal.timeout(5_000) });
  }

  function elsewhere(text: string): string {
    const changed = text
      .replaceAll('/etc/hybrid-llm', folder)
      .replaceAll('/run/hybrid-llm', path.join(folder, 'run'))
      .replace('listen 8443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('server 127.0.0.1:8000', `server 127.0.0.1:${engine.port}`)
      .replace('worker_processes auto', 'worker_processes 1')
      // Debian's package has another user than Amazon Linux's.
      .replace('user nginx;', process.getuid?.() === 0 ? 'user root;' : '')
      // Says where a body goes to a disk.
      .replace('error_log stderr error', 'error_log stderr warn')
      .replace(
        'http {',
        `http {\n${TEMP.map((one) => `${one}_temp_path ${path.join(folder, 'temp', one)};`).join('\n')}`,
      );
    expect(changed).not.toMatch(/hybrid-llm\/|8443|:8000/);
    return changed;
  }

  async function listening(): Promise<void> {
    const limit = AbortSignal.timeout(10_000);
    while (!limit.aborted && nginx.exitCode === null) {
      if (
        await get('/health').then(
          () => true,
          () => false,
        )
      )
        return;
    }
    throw new Error(`nginx does not listen: ${output}`);
  }

  const drain = (): void => writeFileSync(path.join(folder, 'run/draining'), 'interruption 1\n');

  const options = (rest: https.RequestOptions): https.RequestOptions => ({
    host: '127.0.0.1',
    port,
    // The router checks the hash instead.
    rejectUnauthorized: false,
    agent: false,
    ...rest,
  });

  function send(rest: https.RequestOptions, body = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = https.request(options(rest), (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  }
  const get = (at: string): Promise<Answer> => send({ path: at });
  const post = (at: string, body: unknown): Promise<Answer> =>
    send({ path: at, method: 'POST', headers: { 'content-type': 'application/json' } }, JSON.stringify(body));

  /** A streamed request whose first piece has arrived. */
  function stream(): Promise<{ request: http.ClientRequest; rest: Promise<string> }> {
    return new Promise((resolve, reject) => {
      const request = https.request(
        options({ path: '/v1/chat/completions', method: 'POST', headers: { 'content-type': 'application/json' } }),
        (response) => {
          let text = '';
          const rest = new Promise<string>((resolveRest, rejectRest) => {
            response.on('end', () => resolveRest(text));
            response.on('error', rejectRest);
          });
          rest.catch(() => undefined);
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString('utf8');
            resolve({ request, rest });
          });
        },
      );
      request.on('error', reject);
      request.end(JSON.stringify({ model: 'fast', stream: true, messages: [{ role: 'user', content: PROMPT }] }));
    });
  }

  test.each([
    ['GET', '/health'],
    ['GET', '/metrics'],
    ['GET', '/v1/models'],
    ['POST', '/v1/chat/completions'],
    ['POST', '/v1/completions'],
    ['POST', '/v1/embeddings'],
  ])('%s %s reaches the engine', async (method, at) => {
    const { headers } = await send({ path: at, method }, method === 'POST' ? '{"model":"fast"}' : '');
    expect(headers['x-fake']).toBe('vllm');
    expect(engine.requests.at(-1)).toMatchObject({ method, path: at });
  });

  test.each([
    '/',
    '/invocations',
    '/INVOCATIONS',
    '/%69nvocations',
    '//invocations',
    '/v1/../invocations',
    '/v1/models/../../invocations',
    '/ping',
    '/tokenize',
    '/version',
    '/v1/load_lora_adapter',
    '/v1/models/fast',
    '/v1/completions/render',
    '/inference/v1/generate',
    '/health/',
  ])('%s is refused, and the engine does not hear of it', async (at) => {
    const before = engine.requests.length;
    const { status, text } = await post(at, { model: 'fast', prompt: PROMPT });
    expect([status, JSON.parse(text)]).toEqual([
      404,
      { error: expect.objectContaining({ code: 'not_found' }) as object },
    ]);
    expect(engine.requests).toHaveLength(before);
  });

  test.each(['/invocations/../v1/models', '/v1//models', '/v1/%6dodels', '/v1/./models'])(
    'another spelling of a path that may pass (%s) reaches the engine by that path only',
    async (at) => {
      const before = engine.requests.length;
      await get(at);
      expect(engine.requests.slice(before).map((request) => request.path)).toEqual(['/v1/models']);
    },
  );

  test('speaks TLS with the certificate whose hash is in the fleet table', async () => {
    const expected = new X509Certificate(readFileSync(path.join(folder, 'tls/gate.crt'))).fingerprint256;
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const request = https.get(options({ path: '/health' }), (response) => {
        resolve(response.socket as TLSSocket);
        response.resume();
      });
      request.on('error', reject);
    });
    expect(socket.getPeerX509Certificate()?.fingerprint256).toBe(expected);
    expect(socket.getProtocol()).toBe('TLSv1.3');
  });

  test('answers nothing in clear text', async () => {
    const status = await new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .on('error', reject);
    });
    expect(status).toBe(400);
  });

  test('lets tokens through as they come', async () => {
    engine.tokenDelayMs = 5;
    const before = engine.generatedTokens;
    const streaming = stream();
    await engine.until(() => engine.generatedTokens >= before + 2);
    // Whatever waits for more to come now waits for ever.
    engine.hang();
    const { request } = await streaming;
    request.destroy();
  });

  test('a drain refuses what is new and finishes what runs', async () => {
    engine.tokenDelayMs = 5;
    const { rest } = await stream();
    drain();
    const refused = await post('/v1/chat/completions', { model: 'fast', messages: [] });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      503,
      { error: expect.objectContaining({ code: 'draining' }) as object },
    ]);
    expect((await get('/health')).status).toBe(503);
    expect((await get('/v1/models')).status).toBe(503);
    expect((await get('/metrics')).status).toBe(200);
    expect((await get('/draining')).status).toBe(404);
    expect(engine.running).toBe(1);
    engine.tokenDelayMs = 0;
    expect(await rest).toContain('data: [DONE]');
  });

  test('refuses new requests on a connection it had before', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    expect((await send({ path: '/v1/models', agent })).status).toBe(200);
    drain();
    expect((await send({ path: '/v1/models', agent })).status).toBe(503);
    agent.destroy();
  });

  test.each([true, false])('ends the engine’s work when the caller goes (streamed: %s)', async (streamed) => {
    engine.tokenDelayMs = 5;
    const { aborted } = engine;
    const request = https.request(
      options({ path: '/v1/completions', method: 'POST', headers: { 'content-type': 'application/json' } }),
    );
    request.on('error', () => undefined);
    request.end(JSON.stringify({ model: 'fast', prompt: PROMPT, max_tokens: 400, stream: streamed }));
    await engine.until(() => engine.running === 1);
    // It has nothing to say that could not be delivered.
    engine.hang();
    request.destroy();
    await engine.until(() => engine.aborted === aborted + 1);
  });

  test('takes 16 MB in memory and no more', async () => {
    const body = (bytes: number): unknown => ({
      model: 'fast',
      prompt: PROMPT,
      user: 'x'.repeat(bytes),
      max_tokens: 1,
    });
    const before = engine.requests.length;
    expect((await post('/v1/completions', body(15 * 2 ** 20))).status).toBe(200);
    expect((await post('/v1/completions', body(17 * 2 ** 20))).status).toBe(413);
    expect(engine.requests).toHaveLength(before + 1);
    expect(output).not.toContain('temporary file');
  });

  test('says 502 at once when the engine is gone', async () => {
    await engine.stop();
    const { status } = await post('/v1/completions', { model: 'fast', prompt: PROMPT });
    expect(status).toBe(502);
    // nginx says so; of what was asked it says nothing.
    await said('upstream: "http://127.0.0.1');
    expect(output).not.toContain(PROMPT);
  });
});

const TEMP = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
