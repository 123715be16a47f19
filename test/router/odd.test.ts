/** Requests, callers and upstreams that are not as they should be. */
import * as http from 'node:http';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { type PartialConfig, configOf } from '../support/plans';
import { KEY, type RouterOptions, type TestRouter, chat, keyRow, startRouter } from '../support/router';
import { readEvents } from '../support/sse';

const CARD = '4111 1111 1111 1111';

let vllm: FakeVllm;
let closed: FakeClosed;
let router: TestRouter | null = null;
const servers: http.Server[] = [];

beforeEach(async () => {
  [vllm, closed] = await Promise.all([startFakeVllm(), startFakeClosed()]);
});

afterEach(async () => {
  await router?.close();
  router = null;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all([vllm.stop(), closed.stop()]);
});

async function start(change: PartialConfig = {}, options: RouterOptions = {}): Promise<TestRouter> {
  router = await startRouter(
    configOf({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [vllm.url] } },
      providers: {
        anthropic: { secret: 's', baseUrl: closed.url, agreement: { kind: 'dpa', ref: 'A-1' } },
        openai: { secret: 's', baseUrl: `${closed.url}/v1` },
        bedrock: {},
      },
      ...change,
    }),
    { secrets: { s: 'x' }, ...options },
  );
  return router;
}

async function listen(server: http.Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const at = (baseUrl: string): PartialConfig => ({
  providers: { anthropic: { secret: 's' }, openai: { secret: 's', baseUrl: `${baseUrl}/v1` }, bedrock: {} },
});

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${KEY}`, ...headers }, body });

const codeOf = async (response: Response): Promise<[number, string]> => {
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
};

describe('what parsing hides of a body is not sent on unseen', () => {
  test.each([
    [
      'a list of messages',
      `{"model":"gpt","messages":[{"role":"user","content":"card ${CARD}"}],"messages":[{"role":"user","content":"hi"}]}`,
    ],
    ['a content', `{"model":"gpt","messages":[{"role":"user","content":"card ${CARD}","content":"hi"}]}`],
    ['an escaped name', `{"model":"gpt","messages":[{"role":"user","content":"card ${CARD}","cont\\u0065nt":"hi"}]}`],
  ])('%s that is there twice is refused', async (_, body) => {
    const { url } = await start();
    expect(await codeOf(await post(url, body))).toEqual([400, 'invalid_json']);
    expect(closed.connections).toBe(0);
  });

  test('the same name in different objects, and colons and quotes in texts, are not', async () => {
    const { url } = await start();
    const body = {
      model: 'gpt',
      messages: [
        { role: 'user', content: 'a: "b": \\" {"a":1,"a":2}' },
        { role: 'user', content: 'c' },
      ],
    };
    expect((await post(url, JSON.stringify(body))).status).toBe(200);
  });

  test.each(['4111111111111111235', '6222021234567890177'])(
    'a card number as the number %s is found',
    async (number) => {
      const { url, records } = await start();
      expect(
        (await post(url, `{"model":"gpt","messages":[{"role":"user","content":"hi"}],"z":${number}}`)).status,
      ).toBe(403);
      expect(records[0]?.decision?.class.value).toBe('restricted');
      expect(JSON.stringify(records)).not.toContain(number);
    },
  );

  test('bytes that are no UTF-8 and compressed bodies are refused', async () => {
    const { url } = await start();
    const bytes = new Uint8Array([
      ...Buffer.from('{"model":"gpt","messages":[{"role":"user","content":"'),
      0xff,
      0x22,
      0x7d,
      0x5d,
      0x7d,
    ]);
    expect(await codeOf(await post(url, bytes))).toEqual([400, 'invalid_json']);
    expect(await codeOf(await post(url, '{}', { 'content-encoding': 'gzip' }))).toEqual([400, 'invalid_request']);
  });
});

describe('a name that a caller made up', () => {
  test.each([`openai/card ${CARD}`, `openai/${CARD.replaceAll(' ', '')}`, 'my patient John Doe', 'x'.repeat(5_000)])(
    'is in no record: %.40s',
    async (model) => {
      const { url, records, metrics } = await start();
      expect((await chat(url, { model })).status).toBe(404);
      expect(records[0]?.facts?.model).toBe('*');
      expect(JSON.stringify([records, metrics])).not.toContain(model);
    },
  );

  test('may be what a wildcard stands for', async () => {
    const { url, records } = await start();
    expect((await chat(url, { model: 'openai/gpt-4.1' })).headers.get('x-hybrid-target')).toBe('openai/gpt-4.1');
    expect(records[0]?.facts?.model).toBe('openai/gpt-4.1');
    expect((await chat(url, { model: 'openai/*' })).status).toBe(404);
    const one = await fetch(`${url}/models/openai%2Fgpt-4.1`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(one.status).toBe(200);
    expect((await fetch(`${url}/models/%zz`, { headers: { authorization: `Bearer ${KEY}` } })).status).toBe(404);
  });

  test('of a thousand parameters makes no header that a client cannot read', async () => {
    const { url } = await start();
    const odd = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`odd-${index}`, 1]));
    const response = await chat(url, { model: 'claude', body: odd });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-hybrid-dropped-params')).toMatch(/,\+1980$/);
  });
});

test.each(['constructor', 'toString', '__proto__', { toString: 1 }])(
  'a part of the type %j is no fault of ours',
  async (type) => {
    const { url } = await start();
    const response = await chat(url, {
      model: 'gpt',
      body: { messages: [{ role: 'user', content: [{ type, text: 'hi' }] }] },
    });
    expect(response.status).not.toBe(500);
  },
);

test('null stands for absent in metadata', async () => {
  const { url } = await start();
  expect((await chat(url, { model: 'fast', body: { metadata: { task: null, sensitivity: null } } })).status).toBe(200);
});

test('a key whose tenant is gone from the config is let in nowhere', async () => {
  const { url } = await start({}, { keys: [keyRow('hk_ghost', 'removed'), keyRow('hk_odd', 'constructor')] });
  expect(await codeOf(await chat(url, { model: 'gpt', key: 'hk_ghost' }))).toEqual([401, 'invalid_api_key']);
  expect(await codeOf(await chat(url, { model: 'gpt', key: 'hk_odd' }))).toEqual([401, 'invalid_api_key']);
});

test('of two limits only the one that was capped goes on', async () => {
  const { url } = await start({ routes: [{ name: 'default', to: ['fast'], cap: { maxTokens: 5 } }] });
  await (await chat(url, { body: { max_completion_tokens: 10, max_tokens: 100_000 } })).text();
  const sent = vllm.requests.at(-1)?.body as Record<string, unknown>;
  expect([sent['max_tokens'], sent['max_completion_tokens']]).toEqual([5, undefined]);
});

describe('a fleet', () => {
  test('of dead replicas does not use up the attempts of the models after it', async () => {
    const endpoints = Array.from({ length: 6 }, (_, index) => `http://127.0.0.1:${index + 1}`);
    const { url, records } = await start({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints } },
    });
    expect((await chat(url)).headers.get('x-hybrid-model')).toBe('claude');
    expect(records[0]?.attempts).toHaveLength(4);
    // Now that it is known to be down it is asked last.
    expect((await chat(url)).headers.get('x-hybrid-attempts')).toBe('1');
  });

  test('shares conversations that begin with the same system prompt, and what one replica cannot hold', async () => {
    const others = await Promise.all([startFakeVllm(), startFakeVllm(), startFakeVllm()]);
    const all = [vllm, ...others];
    for (const fake of all) fake.tokenDelayMs = 5;
    const { url } = await start({
      fleets: {
        llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: all.map((fake) => fake.url), concurrency: 4 },
      },
    });
    const system = { role: 'system', content: 'You are helpful.' };
    const asks = Array.from({ length: 24 }, (_, index) =>
      chat(url, {
        model: 'fast',
        body: { max_tokens: 5, messages: [system, { role: 'user', content: `question ${index % 2}` }] },
      }),
    );
    await Promise.all(asks.map(async (ask) => (await ask).text()));
    const counts = all.map((fake) => fake.requests.filter(({ path }) => path === '/v1/chat/completions').length);
    expect(Math.max(...counts)).toBeLessThan(24);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThanOrEqual(3);
    await Promise.all(others.map((fake) => fake.stop()));
  });

  test('does not send the next conversation to a replica that has just broken off', async () => {
    const other = await startFakeVllm();
    const { url, records } = await start({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [vllm.url, other.url] } },
    });
    vllm.endWithoutDone = other.endWithoutDone = true;
    await (await chat(url, { model: 'fast', body: { stream: true } })).text();
    vllm.endWithoutDone = other.endWithoutDone = false;
    await (await chat(url, { model: 'fast', body: { stream: true } })).text();
    const [first, second] = records.map(({ attempts }) => attempts[0]?.replica);
    expect(first).not.toBe(second);
    await other.stop();
  });
});

describe('an upstream', () => {
  test('that wants another protocol on the connection is a failed attempt', async () => {
    const server = http.createServer();
    server.on('upgrade', (_, socket) => socket.end());
    const raw = net.createServer((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: odd\r\n\r\n'),
      );
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const { url } = await start(at(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`));
    expect(await codeOf(await chat(url, { model: 'gpt' }))).toEqual([503, 'no_target_available']);
    raw.close();
    server.close();
  });

  test('that answers without usage is booked by its size', async () => {
    const whole = {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(400) }, finish_reason: 'stop' }],
    };
    const { url, records } = await start(
      at(await listen(http.createServer((_, response) => response.end(JSON.stringify(whole))))),
    );
    await (await chat(url, { model: 'gpt' })).text();
    expect(records[0]).toMatchObject({ usageEstimated: true });
    expect(records[0]?.usage?.completionTokens).toBeGreaterThan(400);
    expect(records[0]?.costUsd).toBeGreaterThan(0.004);
  });

  test('that breaks off is booked for what was sent, whatever it said before', async () => {
    const { url, records } = await start();
    await closed.setMode({ kind: 'reset-mid-stream', afterEvents: 20 });
    await (await chat(url, { model: 'claude', body: { stream: true } })).text();
    expect(records[0]).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
    expect(records[0]?.usage?.completionTokens).toBeGreaterThan(5);
  });

  test('whose kept connection dies while the next request is on it is asked once more on a new one', async () => {
    const answer = JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
    });
    const seen = new WeakSet<object>();
    const baseUrl = await listen(
      http.createServer((request, response) => {
        request.resume();
        // The second request on a connection finds it dead.
        if (seen.has(request.socket)) return request.socket.destroy();
        seen.add(request.socket);
        request.on('end', () => response.end(answer));
      }),
    );
    const { url, records } = await start(at(baseUrl));
    for (let turn = 0; turn < 4; turn++) expect((await chat(url, { model: 'gpt' })).status).toBe(200);
    expect(records.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1, 1]);
  });
});

describe('a caller', () => {
  test('that reads slowly is not taken for an upstream that is silent', async () => {
    const { url } = await start({}, { limits: { betweenEventsMs: 150 } });
    const text = 'word '.repeat(40_000);
    vllm.script = text;
    vllm.tokensPerTurn = 500;
    const response = await chat(url, { model: 'fast', body: { stream: true } });
    // Nothing is read of the body meanwhile, for longer than the upstream may be silent.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const rest = await response.text();
    expect(rest).not.toContain('"error"');
    expect(rest).toContain('[DONE]');
  });

  test('that stops reading holds neither its reservation nor its stream beyond the deadline', async () => {
    const chunk = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm' };
    const part = `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { content: 'x'.repeat(60_000) }, finish_reason: null }] })}\n\n`;
    const endless = http.createServer((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(part));
      };
      response.on('drain', write);
      write();
    });
    const { url, records } = await start(at(await listen(endless)), { limits: { totalMs: 400 } });
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    const body = JSON.stringify({ model: 'gpt', stream: true, messages: [{ role: 'user', content: 'hi' }] });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    socket.pause();
    const began = Date.now();
    while (records.length === 0 && Date.now() - began < 5_000) await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    expect(records[0]).toMatchObject({ outcome: 'interrupted', error: 'deadline_exceeded' });
  });

  test('that goes before the answer is neither an error of ours nor free', async () => {
    const { url, records } = await start();
    await closed.setMode({ kind: 'hang' });
    const gone = new AbortController();
    const asked = fetch(`${url}/chat/completions`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hi' }] }),
    });
    await closed.until(() => closed.requests.length === 1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await closed.until(() => closed.aborted === 1);
    while (records.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(records[0]).toMatchObject({ outcome: 'client_gone', error: null });
    expect(router?.metrics[0]).toMatchObject({ Errors: 0 });
  });

  test('that speaks no HTTP is told so in the shape of all errors', async () => {
    const { url } = await start();
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    socket.end('nonsense\r\n\r\n');
    let said = '';
    for await (const part of socket) said += String(part);
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(said).toContain('"code":"invalid_request"');
  });
});

test('an engine that ends a stream with [DONE] but no finish reason, as when it shuts down, is asked elsewhere', async () => {
  const { url } = await start();
  vllm.emptyAbort = 'silent';
  vllm.abort();
  const response = await chat(url, { body: { stream: true } });
  expect(response.headers.get('x-hybrid-model')).toBe('claude');
  expect((await readEvents(response)).at(-1)).toBe('[DONE]');
});

test("a caller's mistake does not put its target to rest", async () => {
  const { url } = await start({ routes: [{ name: 'default', to: ['gpt', 'fast'] }] });
  await closed.setMode({ kind: 'status', status: 400 });
  expect((await chat(url)).status).toBe(400);
  await closed.setMode({ kind: 'ok' });
  expect((await chat(url)).headers.get('x-hybrid-model')).toBe('gpt');
});

test('stages that only tell leave the budget a cap', async () => {
  const { url } = await start({ budgets: { monthlyUsd: 0.000001, killSwitch: ['notify@80'] } });
  expect(await codeOf(await chat(url, { model: 'gpt' }))).toEqual([429, 'budget_exhausted']);
});
