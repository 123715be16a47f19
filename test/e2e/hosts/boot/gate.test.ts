/** The gate's own config in a real nginx, before a fake engine. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { CertificateMismatch, PinnedAgent } from '../../../../lambda/router/upstream/pinned-agent';
import { type FakeVllm, startFakeVllm } from '../../../support/fake-vllm';
import { type RealGate, startGate } from '../real-gate';
import { HOST_FOLDER } from './test-host';

const PROMPT = 'the prompt that nobody may log';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

describe('the gate', () => {
  let gate: RealGate;
  let port: number;
  let engine: FakeVllm;

  beforeAll(async () => {
    engine = await startFakeVllm({ models: ['fast'], script: () => 'word '.repeat(400) });
    gate = await startGate(engine.port, 3);
    ({ port } = gate);
  });

  afterAll(async () => {
    await gate.stop();
    await engine.stop();
  });

  beforeEach(() => {
    engine.tokenDelayMs = 0;
  });
  afterEach(async () => {
    rmSync(gate.drainFile, { force: true });
    await engine.revive();
  });

  const drain = (): void => writeFileSync(gate.drainFile, 'interruption 1\n');

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
    '/metrics',
    '/load',
    '/v1/unload_lora_adapter',
    '/sleep',
    '/reset_prefix_cache',
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
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const request = https.get(options({ path: '/health' }), (response) => {
        resolve(response.socket as TLSSocket);
        response.resume();
      });
      request.on('error', reject);
    });
    const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
    expect(shown).toBe(gate.certificateSha256);
    expect(socket.getProtocol()).toBe('TLSv1.3');
  });

  describe('the router’s agent', () => {
    const asked = (sha256: string): Promise<Answer> => {
      const agent = new PinnedAgent(sha256, { keepAlive: false });
      return send({ path: '/v1/models', agent }).finally(() => agent.destroy());
    };
    test('takes the certificate that the host wrote into the fleet table', async () => {
      expect((await asked(gate.certificateSha256)).status).toBe(200);
    });

    test('sends nothing to a host that shows another one', async () => {
      const before = engine.requests.length;
      await expect(asked('ab'.repeat(32))).rejects.toThrow(CertificateMismatch);
      expect(engine.requests).toHaveLength(before);
    });
  });

  test('an engine that says nothing for too long is given up, and the next request is served', async () => {
    engine.hang();
    const { status } = await post('/v1/completions', { model: 'fast', prompt: PROMPT, max_tokens: 2 });
    expect(status).toBe(504);
    await engine.until(() => engine.running === 0);
    await engine.revive();
    expect((await post('/v1/completions', { model: 'fast', prompt: PROMPT, max_tokens: 2 })).status).toBe(200);
  });

  test('waits for an engine as long as a function may run', () => {
    const config = readFileSync(path.join(HOST_FOLDER, 'gate.conf'), 'utf8');
    expect(config).toMatch(/^\s*proxy_read_timeout 900s;$/m);
    expect(config).toMatch(/^\s*proxy_send_timeout 60s;$/m);
    expect(config).toMatch(/^\s*proxy_buffering off;$/m);
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
    expect(gate.output()).not.toContain('temporary file');
  });

  test('says 502 at once when the engine is gone', async () => {
    await engine.stop();
    const { status } = await post('/v1/completions', { model: 'fast', prompt: PROMPT });
    expect(status).toBe(502);
    // nginx says so; of what was asked it says nothing.
    await gate.said('upstream: "http://127.0.0.1');
    expect(gate.output()).not.toContain(PROMPT);
  });
});
