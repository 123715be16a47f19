/** H1–H6: what the router is to clients beside its answers. */
import { once } from 'node:events';
import { type AddressInfo, type Server, connect, createServer } from 'node:net';
import { type ZlibOptions, brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import OpenAI, { APIError } from 'openai';
import * as anthropic from '../chat/streams/anthropic';
import * as openai from '../chat/streams/openai';
import { KEY, chat, keyRow } from '../support/router';
import { type World, askStream, askWhole, inPiecesOf, play, playEvents, playJson, startWorld } from './support';

const TEAM = 'hk_team';

let world: World;
beforeAll(async () => {
  world = await startWorld(
    () => ({
      lanes: ['open', 'sealed'],
      tenants: { team: { floor: 'public', requestsPerMinute: 3, tokensPerMinute: 1_000 } },
      models: {
        gpt: { provider: 'openai', model: 'gpt-4o' },
        claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
        fast: { fleet: 'llama' },
        secret: { provider: 'openai', model: 'gpt-4o' },
      },
    }),
    { keys: [keyRow(TEAM, 'team')], limits: { maxBodyBytes: 100_000 }, nowMs: () => 1_800_000_000_000 },
  );
});
afterAll(() => world.stop());

const WHOLE = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_780_000_000,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 7, total_tokens: 17 },
};
const MESSAGES = [{ role: 'user' as const, content: 'hello' }];
const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(world.router.origin + path, { ...init, headers: { authorization: `Bearer ${KEY}`, ...init.headers } });

describe('H1 an error has type, message, param and code, and its status', () => {
  const post = (body: object | string, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify({ messages: MESSAGES, ...body }),
  });
  const CHAT = '/v1/chat/completions';

  test.each<[string, string, RequestInit, number, string]>([
    ['no key', CHAT, post({ model: 'gpt' }, { authorization: '' }), 401, 'invalid_api_key'],
    ['not JSON', CHAT, post('{"model":'), 400, 'invalid_json'],
    ['no messages', CHAT, post('{"model":"gpt"}'), 400, 'invalid_request'],
    ['an unknown path', '/v1/knitting', post({}), 404, 'unknown_path'],
    ['an unknown model', CHAT, post({ model: 'nobody' }), 404, 'model_not_found'],
    ['a body that is too large', CHAT, post({ model: 'gpt', user: 'x'.repeat(200_000) }), 413, 'request_too_large'],
    ['a boundary', CHAT, post({ model: 'gpt' }, { 'x-hybrid-class': 'restricted' }), 403, 'boundary_forbidden'],
  ])('%s', async (_, path, init, status, code) => {
    const response = await ask(path, init);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect([response.status, error['code']]).toEqual([status, code]);
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect([typeof error['message'], typeof error['type']]).toEqual(['string', 'string']);
  });

  test.each([
    [429, 429, 'rate_limit_exceeded'],
    [401, 502, 'upstream_error'],
    [500, 502, 'upstream_error'],
  ])('status %i of a provider', async (theirs, ours, code) => {
    world.upstream.serve = playJson({ error: { message: 'x', type: 'y' } }, { status: theirs });
    for (const stream of [false, true]) {
      const { status, body } = await askWhole(world, 'gpt', { body: { stream } });
      expect([status, body.error?.code]).toEqual([ours, code]);
      expect(Object.keys(body.error ?? {}).sort()).toEqual(['code', 'message', 'param', 'type']);
    }
  });

  test('what is no HTTP at all', async () => {
    const { port } = new URL(world.router.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end('HELLO\r\n\r\n');
    let text = '';
    for await (const piece of socket) text += String(piece);
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({
      error: { type: 'invalid_request_error', param: null },
    });
  });
});

test('H2 an unknown model is model_not_found, and the names of others are not told', async () => {
  for (const response of [await chat(world.router.url, { model: 'nobody' }), await ask('/v1/models/nobody')]) {
    const text = await response.text();
    expect(response.status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
    for (const name of ['gpt', 'claude', 'secret']) expect(text).not.toContain(name);
  }
});

describe('H3 paths and methods', () => {
  test.each(['/v1/models', '/v1/models/', '//v1//models', '/v1/v1/models', '/openai/v1/models', '/v1/models?limit=1'])(
    'GET and HEAD %s',
    async (path) => {
      const listed = await ask(path);
      expect(listed.status).toBe(200);
      const { data } = (await listed.json()) as { data: { id: string; object: string }[] };
      expect(data.map(({ id }) => id)).toContain('gpt');
      const head = await ask(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    },
  );

  test.each([
    '/v1/chat/completions/',
    '//v1/chat//completions',
    '/openai/v1/chat/completions',
    '/v1/v1/chat/completions',
  ])('POST %s', async (path) => {
    world.upstream.serve = playJson(WHOLE);
    const answer = await ask(path, { method: 'POST', body: JSON.stringify({ model: 'gpt', messages: MESSAGES }) });
    expect(await answer.json()).toEqual(WHOLE);
  });

  test.each(['/sealed/v1/models', '/sealed/openai/v1/models'])('%s is of the sealed lane', async (path) => {
    expect((await ask(path)).headers.get('x-hybrid-guarantee')).toBe('sealed');
  });

  test('OPTIONS says what there is, and permits no page of another origin to call', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST', authorization: '' };
    const answer = await ask('/v1/chat/completions', { method: 'OPTIONS', headers });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('a method that there is not is an unknown path', async () => {
    expect((await ask('/v1/chat/completions', { method: 'DELETE' })).status).toBe(404);
  });
});

describe('H4 headers', () => {
  test('have the id of the request and the time it took, with errors too', async () => {
    world.upstream.serve = playJson(WHOLE);
    const id = 'my-id:1.2';
    for (const [model, status] of [
      ['gpt', 200],
      ['nobody', 404],
    ] as const) {
      const given = await chat(world.router.url, { model, headers: { 'x-request-id': id } });
      expect([given.status, given.headers.get('x-request-id')]).toEqual([status, id]);
      const made = await chat(world.router.url, { model });
      expect(made.headers.get('x-request-id')).toMatch(/^request-\d+$/);
      expect(made.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    }
    const odd = await chat(world.router.url, { model: 'gpt', headers: { 'x-request-id': 'a b"c' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^request-\d+$/);
    world.upstream.serve = playEvents('openai', openai.text);
    expect((await askStream(world, 'gpt')).headers.get('openai-processing-ms')).toMatch(/^\d+$/);
  });

  test('have where a tenant stands against its rates, and nothing of it for one without', async () => {
    world.upstream.serve = playJson(WHOLE);
    const standing = async (key: string): Promise<unknown> => {
      const { status, headers } = await chat(world.router.url, { model: 'gpt', key });
      const told = [...headers].filter(([name]) => name.startsWith('x-ratelimit-'));
      return [status, Object.fromEntries(told.map(([name, value]) => [name.slice('x-ratelimit-'.length), value]))];
    };
    const limits = { 'limit-requests': '3', 'limit-tokens': '1000', 'reset-requests': '60s', 'reset-tokens': '60s' };
    const left = (requests: string, tokens: string): object => ({
      ...limits,
      'remaining-requests': requests,
      'remaining-tokens': tokens,
    });
    expect(await standing(TEAM)).toEqual([200, left('2', '1000')]);
    expect(await standing(TEAM)).toEqual([200, left('1', '983')]);
    world.upstream.serve = playEvents('openai', openai.text);
    const streamed = await askStream(world, 'gpt', { key: TEAM });
    expect(streamed.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(await standing(TEAM)).toEqual([429, left('0', expect.stringMatching(/^\d+$/) as unknown as string)]);
    world.upstream.serve = playJson(WHOLE);
    expect(await standing(KEY)).toEqual([200, {}]);
  });
});

type Compress = (text: string, options?: ZlibOptions) => Buffer;

describe('H5 an upstream that', () => {
  const sse = openai.text.map((event) => `data: ${event}\n\n`).join('');

  test.each<[string, Compress]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (text) => brotliCompressSync(text)],
  ])('answers in %s though it was asked not to is read all the same', async (encoding, compress) => {
    const headers = { 'content-encoding': encoding };
    world.upstream.serve = play([compress(JSON.stringify(WHOLE))], { headers });
    expect((await askWhole(world, 'gpt')).body).toEqual(WHOLE);
    expect(world.upstream.requests.at(-1)?.headers['accept-encoding']).toBe('identity');
    world.upstream.serve = play(inPiecesOf(5, compress(sse)), { headers });
    expect(await askStream(world, 'gpt')).toMatchObject({ text: 'Hello, 世界 🙂', done: true, error: null });
    world.upstream.serve = play([compress('{"error":{"message":"too long","code":"context_length_exceeded"}}')], {
      status: 400,
      headers,
    });
    expect((await askWhole(world, 'gpt')).body.error?.code).toBe('context_length_exceeded');
  });

  test('breaks off inside a compressed stream is an error, as any other', async () => {
    const bytes = gzipSync(sse);
    for (const end of ['close', 'reset'] as const) {
      world.upstream.serve = play([bytes.subarray(0, -12)], { headers: { 'content-encoding': 'gzip' }, end });
      expect(await askStream(world, 'gpt')).toMatchObject({ done: false, error: { type: 'server_error' } });
    }
  });

  test('compresses in a way that nobody knows is an error, not garbage', async () => {
    world.upstream.serve = play(['?'], { headers: { 'content-encoding': 'pied-piper' } });
    expect((await askWhole(world, 'gpt')).body.error?.code).toBe('upstream_error');
  });

  test('ends a stream some time after [DONE] keeps its connection for the next', async () => {
    const before = world.upstream.connections;
    for (const [model, handler] of [
      ['gpt', playEvents('openai', openai.text)],
      ['claude', playEvents('anthropic', anthropic.text)],
    ] as const) {
      world.upstream.serve = handler;
      for (let round = 0; round < 5; round++) expect((await askStream(world, model)).done).toBe(true);
    }
    expect(world.upstream.connections - before).toBeLessThanOrEqual(2);
  });

  test('sends without content-length, in chunks, is read whole', async () => {
    world.upstream.serve = play(inPiecesOf(9, Buffer.from(JSON.stringify(WHOLE))));
    expect((await askWhole(world, 'gpt')).body).toEqual(WHOLE);
  });

  test.each([
    ['closes', ''],
    ['wants to keep', 'connection: keep-alive\r\n'],
  ])('speaks HTTP/1.0 and %s the connection is read whole', async (_, header) => {
    const { server, url } = await oldServer(header);
    const old = await startWorld(() => ({
      providers: { openai: { secret: 'k', baseUrl: `${url}/v1` } },
      models: { gpt: { provider: 'openai', model: 'gpt-4o' } },
    }));
    try {
      expect((await askWhole(old, 'gpt')).body).toEqual(WHOLE);
      expect(await askStream(old, 'gpt')).toMatchObject({ text: 'Hello, 世界 🙂', done: true });
    } finally {
      await old.stop();
      server.emit('close-all');
      server.close();
    }
  });

  /** Answers as servers did before chunks: to the close, or with a length where the connection stays. */
  async function oldServer(header: string): Promise<{ server: Server; url: string }> {
    const server = createServer((socket) => {
      let request = '';
      server.once('close-all', () => socket.destroy());
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        request += String(piece);
        if (!request.endsWith('}')) return;
        const body = request.includes('"stream":true') ? sse : JSON.stringify(WHOLE);
        request = '';
        const length = header === '' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
        socket.write(`HTTP/1.0 200 OK\r\n${header}${length}\r\n${body}`);
        if (header === '') socket.end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
});

describe('H6 the official client', () => {
  const client = (): OpenAI => new OpenAI({ baseURL: world.router.url, apiKey: KEY, maxRetries: 0 });

  test('lists, asks and streams, across protocols', async () => {
    const models = await client().models.list();
    expect(models.data.map(({ id }) => id)).toContain('claude');
    world.upstream.serve = playJson(WHOLE);
    const whole = await client().chat.completions.create({ model: 'gpt', messages: MESSAGES });
    expect(whole.choices[0]?.message.content).toBe('Hello');
    expect(whole._request_id).toMatch(/^request-\d+$/);

    world.upstream.serve = playEvents('anthropic', anthropic.tools);
    const runner = client().chat.completions.stream({ model: 'claude', messages: MESSAGES });
    const final = await runner.finalChatCompletion();
    expect(final.choices[0]?.message).toMatchObject({
      content: 'Looking.',
      tool_calls: [{ function: { arguments: '{"q":12345678901234567890}' } }, { function: { arguments: '{}' } }],
    });
  });

  test('raises what broke off, and errors with their code', async () => {
    world.upstream.serve = playEvents('openai', [openai.HELLO], { end: 'reset' });
    const stream = await client().chat.completions.create({ model: 'gpt', messages: MESSAGES, stream: true });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { choices } of stream) seen.push(choices[0]?.delta.content ?? '');
    })();
    await expect(reading).rejects.toThrow(APIError);
    expect(seen).toEqual(['Hello, 世界 🙂']);
    const refused = client().chat.completions.create({ model: 'nobody', messages: MESSAGES });
    await expect(refused).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      type: 'invalid_request_error',
    });
  });
});
