/** The router over real sockets, with fakes behind it: what a caller gets. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type PartialConfig, configOf } from '../support/plans';
import { KEY, type RouterOptions, type TestRouter, chat, keyRow, startRouter } from '../support/router';
import { readEvents } from '../support/sse';

let one: FakeVllm;
let two: FakeVllm;
let closed: FakeClosed;
let router: TestRouter | null = null;

beforeEach(async () => {
  [one, two, closed] = await Promise.all([
    startFakeVllm({ name: 'one' }),
    startFakeVllm({ name: 'two' }),
    startFakeClosed(),
  ]);
});

afterEach(async () => {
  await router?.close();
  router = null;
  await Promise.all([one.stop(), two.stop(), closed.stop()]);
});

async function start(change: PartialConfig = {}, options: RouterOptions = {}): Promise<TestRouter> {
  router = await startRouter(
    configOf({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [one.url, two.url] } },
      providers: {
        anthropic: { secret: 'a/anthropic', baseUrl: closed.url, agreement: { kind: 'dpa', ref: 'A-1' } },
        openai: { secret: 'a/openai', baseUrl: `${closed.url}/v1` },
        bedrock: {},
      },
      ...change,
    }),
    { secrets: { 'a/anthropic': 'secret-anthropic', 'a/openai': 'secret-openai' }, ...options },
  );
  return router;
}

describe('an answer', () => {
  test('comes from the fleet, whole, byte for byte as the engine wrote it', async () => {
    const { url } = await start();
    const response = await chat(url, { text: 'hello' });
    expect(response.status).toBe(200);
    const body = (await response.json()) as { model: string; choices: { message: { content: string } }[] };
    expect(body.choices[0]?.message.content).not.toBe('');
    expect(body.model).toBe('meta-llama/Llama-3.1-8B-Instruct');
    expect(response.headers.get('x-hybrid-model')).toBe('fast');
    expect(response.headers.get('x-hybrid-target')).toBe('llama/meta-llama/Llama-3.1-8B-Instruct');
    expect(response.headers.get('x-hybrid-route')).toBe('default');
    expect(response.headers.get('x-hybrid-class')).toBe('public');
    expect(response.headers.get('x-hybrid-guarantee')).toBe('guarded');
    expect(response.headers.get('x-hybrid-attempts')).toBe('1');
    expect(response.headers.get('x-hybrid-cost-usd')).toBe('0');
  });

  test('comes from a closed model of its own protocol, with its cost', async () => {
    const { url } = await start();
    const response = await chat(url, { model: 'gpt' });
    const { usage } = (await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
    expect(usage.completion_tokens).toBeGreaterThan(0);
    expect(Number(response.headers.get('x-hybrid-cost-usd'))).toBeCloseTo(
      (usage.prompt_tokens * 2.5 + usage.completion_tokens * 10) / 1e6,
      9,
    );
    expect(closed.requests.at(-1)?.headers['authorization']).toBe('Bearer secret-openai');
  });

  test('comes from a model of another protocol in the form of the caller', async () => {
    const { url } = await start();
    const response = await chat(url, { model: 'claude', body: { seed: 7 } });
    const body = (await response.json()) as {
      object: string;
      choices: { message: { content: string }; finish_reason: string }[];
    };
    expect(body.object).toBe('chat.completion');
    expect(body.choices[0]?.finish_reason).toBe('stop');
    expect(response.headers.get('x-hybrid-target')).toBe('anthropic/claude-sonnet-5');
    expect(response.headers.get('x-hybrid-dropped-params')).toBe('seed');
    expect(closed.requests.at(-1)?.headers['x-api-key']).toBe('secret-anthropic');
  });

  test.each(['fast', 'gpt', 'claude'])(
    'of %s is streamed with one role, one finish reason and [DONE]',
    async (model) => {
      const { url } = await start();
      const response = await chat(url, { model, body: { stream: true } });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const events = await readEvents(response);
      expect(events.at(-1)).toBe('[DONE]');
      const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as Chunk);
      expect(chunks.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
      expect(chunks.filter(({ choices }) => choices[0]?.finish_reason != null)).toHaveLength(1);
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).not.toBe('');
      expect(chunks.filter(({ choices }) => choices.length === 0)).toEqual([]);
    },
  );

  test('carries its cost in the usage of the last chunk when the caller asks for usage', async () => {
    const { url, records } = await start();
    for (const model of ['gpt', 'claude']) {
      const response = await chat(url, { model, body: { stream: true, stream_options: { include_usage: true } } });
      const events = await readEvents(response);
      const last = JSON.parse(events.at(-2) ?? '') as { choices: unknown[]; usage: { cost_usd: number } };
      expect(last.choices).toEqual([]);
      expect(last.usage.cost_usd).toBeGreaterThan(0);
      expect(last.usage.cost_usd).toBeCloseTo(records.at(-1)?.costUsd ?? NaN, 12);
    }
  });

  test("is not told the caller's key, and the caller not the provider's", async () => {
    const { url } = await start();
    const response = await chat(url, { model: 'gpt' });
    expect(JSON.stringify([await response.text(), [...response.headers]])).not.toContain('secret-openai');
    expect(JSON.stringify(closed.requests.at(-1))).not.toContain(KEY);
  });

  test('follows what the route sets, and says so', async () => {
    const { url } = await start({ routes: [{ name: 'default', to: ['fast'], set: { maxTokens: 3, temperature: 0 } }] });
    const response = await chat(url);
    expect(response.headers.get('x-hybrid-set-params')).toBe('max_tokens=3,temperature=0');
    const body = (await response.json()) as {
      choices: { finish_reason: string }[];
      usage: { completion_tokens: number };
    };
    expect(body.usage.completion_tokens).toBe(3);
    expect(body.choices[0]?.finish_reason).toBe('length');
  });

  test('reads task, class and session from metadata and takes them out', async () => {
    const { url, records } = await start();
    const metadata = { task: 'coding', sensitivity: 'internal', session: 's-1', ticket: '42' };
    await (await chat(url, { model: 'fast', body: { metadata } })).text();
    expect([...one.requests, ...two.requests].at(-1)?.body).toMatchObject({ metadata: { ticket: '42' } });
    expect(records[0]?.decision).toMatchObject({
      class: { value: 'internal' },
      task: { value: 'coding', from: 'metadata.task' },
    });
  });

  test('has no empty metadata left of what was for the router', async () => {
    const { url } = await start();
    await (await chat(url, { model: 'fast', body: { metadata: { session: 's-1' } } })).text();
    expect([...one.requests, ...two.requests].at(-1)?.body).not.toHaveProperty('metadata');
  });

  test('comes on a new connection when the kept one has died meanwhile', async () => {
    const { url, records } = await start({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [one.url] } },
    });
    for (let round = 0; round < 3; round++) {
      expect((await chat(url, { model: 'fast' })).status).toBe(200);
      await one.kill();
      await one.revive();
    }
    expect(records.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1]);
  });

  test('keeps a conversation on one replica', async () => {
    const { url, records } = await start();
    for (let turn = 0; turn < 6; turn++) await (await chat(url, { model: 'fast', text: 'the same beginning' })).text();
    expect(new Set(records.map(({ attempts }) => attempts[0]?.replica)).size).toBe(1);
    for (let other = 0; other < 20; other++)
      await (await chat(url, { model: 'fast', text: `beginning ${other}` })).text();
    expect(new Set(records.map(({ attempts }) => attempts[0]?.replica)).size).toBe(2);
  });
});

interface Chunk {
  readonly choices: readonly {
    readonly delta: { readonly role?: string; readonly content?: string };
    readonly finish_reason: string | null;
  }[];
}

describe('a failure before the answer began', () => {
  test('of a replica is made good by the other', async () => {
    const { url, records } = await start();
    await one.kill();
    for (let turn = 0; turn < 8; turn++)
      expect((await chat(url, { model: 'fast', text: `turn ${turn}` })).status).toBe(200);
    expect(
      records.some(({ attempts }) => attempts[0]?.failure === 'connect_failed' && attempts[1]?.failure === null),
    ).toBe(true);
  });

  test.each([500, 503, 429, 408, 409])('with status %d is made good by the next target', async (status) => {
    const { url } = await start({
      models: { gpt: { provider: 'openai', model: 'gpt-4o', fallback: ['fast'] }, fast: { fleet: 'llama' } },
      routes: [{ name: 'default', to: ['fast'] }],
    });
    await closed.setMode({ kind: 'status', status });
    const response = await chat(url, { model: 'gpt' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-hybrid-model')).toBe('fast');
    expect(response.headers.get('x-hybrid-attempts')).toBe('2');
  });

  test.each([400, 401, 403, 404])('with status %d is told, not tried elsewhere', async (status) => {
    const { url } = await start({
      models: { gpt: { provider: 'openai', model: 'gpt-4o', fallback: ['fast'] }, fast: { fleet: 'llama' } },
      routes: [{ name: 'default', to: ['fast'] }],
    });
    await closed.setMode({ kind: 'status', status });
    const response = await chat(url, { model: 'gpt' });
    expect(response.status).toBe(status === 400 ? 400 : 502);
    expect(one.requests.length + two.requests.length).toBe(0);
  });

  test('by an error as the first event of a stream is made good', async () => {
    const { url } = await start();
    one.failNextInside(0);
    two.failNextInside(0);
    const events = await readEvents(await chat(url, { body: { stream: true } }));
    expect(events.at(-1)).toBe('[DONE]');
    expect(router?.records[0]?.attempts.map(({ failure }) => failure)).toEqual([
      'upstream_error_event',
      'upstream_error_event',
      null,
    ]);
  });

  test('by an engine that shuts down is never shown as an answer', async () => {
    const { url } = await start();
    one.abort();
    two.abort();
    const response = await chat(url);
    expect(response.headers.get('x-hybrid-model')).toBe('claude');
    expect(router?.records[0]?.attempts.map(({ failure }) => failure)).toEqual([
      'engine_aborted',
      'engine_aborted',
      null,
    ]);
  });

  test('of a prompt that one context cannot hold goes to a larger one', async () => {
    const small = await startFakeVllm({ maxModelLen: 10 });
    const { url } = await start({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [small.url] } },
    });
    const response = await chat(url, { text: 'many words '.repeat(50) });
    expect(response.headers.get('x-hybrid-model')).toBe('claude');
    await small.stop();
  });

  test('everywhere is told with the least wait of those that say one', async () => {
    const { url } = await start();
    await closed.setMode({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const response = await chat(url, { model: 'gpt' });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', param: null } });
  });

  test('by silence is told as a timeout', async () => {
    const { url } = await start({}, { limits: { totalMs: 200, firstEventMs: 200 } });
    await closed.setMode({ kind: 'hang' });
    const response = await chat(url, { model: 'gpt', body: { stream: true } });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
  });
});

describe('an upstream that begins to answer and then says no more', () => {
  let silent: http.Server;
  afterEach(() => {
    silent.closeAllConnections();
    silent.close();
  });

  test.each([
    ['a whole answer', 200, false],
    ['an error to a streamed request', 500, true],
    ['a stream without content', 200, true],
  ])('is left at the deadline: %s', async (_, status, stream) => {
    silent = http.createServer((__, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.write(' ');
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`;
    const { url } = await start(
      { providers: { anthropic: { secret: 'a/anthropic' }, openai: { secret: 'a/openai', baseUrl }, bedrock: {} } },
      { limits: { totalMs: 150 } },
    );
    const response = await chat(url, { model: 'gpt', body: { stream } });
    expect(response.status).toBe(504);
  });
});

describe('a failure after the answer began', () => {
  test('of a killed replica is an error event without finish reason and [DONE], and the next request is answered', async () => {
    const { url, records } = await start();
    one.killAfterTokens(3);
    two.killAfterTokens(3);
    const events = await readEvents(await chat(url, { model: 'fast', body: { stream: true } }));
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({
      error: {
        code: 'upstream_interrupted',
        type: 'server_error',
        param: null,
        message: expect.stringContaining('truncated') as string,
      },
    });
    expect(events).not.toContain('[DONE]');
    expect(
      events.slice(0, -1).filter((event) => (JSON.parse(event) as Chunk).choices[0]?.finish_reason != null),
    ).toEqual([]);
    expect(events.length).toBeGreaterThan(1);
    expect(records[0]).toMatchObject({ outcome: 'interrupted', error: 'upstream_interrupted', usageEstimated: true });

    for (const replica of [one, two]) replica.killAfterTokens(Infinity);
    expect((await chat(url, { model: 'fast' })).status).toBe(200);
  });

  test.each(['gpt', 'claude'])('of %s with an error event is told as such', async (model) => {
    const { url } = await start();
    await closed.setMode({ kind: 'error-event', afterEvents: 4 });
    const events = await readEvents(await chat(url, { model, body: { stream: true } }));
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_error' } });
    expect(events).not.toContain('[DONE]');
  });

  test('of a stream that ends without its end is told as such', async () => {
    const { url } = await start();
    one.endWithoutDone = two.endWithoutDone = true;
    const events = await readEvents(await chat(url, { model: 'fast', body: { stream: true } }));
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_interrupted' } });
  });

  test('at the deadline is told as such', async () => {
    one.tokenDelayMs = two.tokenDelayMs = 20;
    const { url } = await start({}, { limits: { totalMs: 150 } });
    const events = await readEvents(await chat(url, { model: 'fast', body: { stream: true } }));
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'deadline_exceeded' } });
  });
});

describe('a caller that goes', () => {
  test.each([true, false])('ends the work of the engine (stream: %s)', async (stream) => {
    one.tokenDelayMs = two.tokenDelayMs = 20;
    const { url, records } = await start();
    const gone = new AbortController();
    const asked = fetch(`${url}/chat/completions`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model: 'fast', stream, messages: [{ role: 'user', content: 'hi' }] }),
    }).then((response) => response.text());
    await Promise.race([one.until(() => one.running > 0), two.until(() => two.running > 0)]);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await Promise.race([one.until(() => one.aborted > 0), two.until(() => two.aborted > 0)]);
    expect(one.aborted + two.aborted).toBe(1);
    expect(records.every(({ outcome }) => outcome !== 'answered')).toBe(true);
  });
});

describe('a tenant', () => {
  const TENANT = {
    tenants: {
      research: { floor: 'internal' as const, models: ['auto', 'fast', 'claude'], monthlyUsd: 1, requestsPerMinute: 3 },
    },
  };
  const keys = [keyRow('hk_research', 'research')];

  test('sees the models it may use', async () => {
    const { url } = await start(TENANT, { keys });
    const response = await fetch(`${url}/models`, { headers: { authorization: 'Bearer hk_research' } });
    const { data } = (await response.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['auto', 'fast', 'claude']);
    expect((await fetch(`${url}/models/gpt`, { headers: { authorization: 'Bearer hk_research' } })).status).toBe(404);
  });

  test('is refused a model off its list', async () => {
    const { url } = await start(TENANT, { keys });
    const response = await chat(url, { model: 'gpt', key: 'hk_research' });
    expect([response.status, await response.json()]).toMatchObject([403, { error: { code: 'model_not_allowed' } }]);
  });

  test('is held to its rate', async () => {
    const { url } = await start(TENANT, { keys });
    const statuses = [];
    for (let turn = 0; turn < 4; turn++) statuses.push((await chat(url, { model: 'fast', key: 'hk_research' })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('is held to its budget by fifty requests at once', async () => {
    const tenants = { small: { monthlyUsd: 0.5 } };
    const { url, records } = await start({ tenants }, { keys: [keyRow('hk_small', 'small')] });
    await closed.setMode({ kind: 'slow', delayMs: 100 });
    // Each may cost up to 0.1 dollars: 10,000 tokens at 10 dollars a million.
    const asks = Array.from({ length: 50 }, () =>
      chat(url, { model: 'gpt', key: 'hk_small', body: { max_tokens: 9_900 } }),
    );
    const statuses = await Promise.all(asks.map(async (ask) => (await ask).status));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    const most = records.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
    expect(most).toBeLessThanOrEqual(0.5);
  });

  test('under a cap gets a limit on an answer that has none', async () => {
    const { url } = await start(TENANT, { keys });
    const response = await chat(url, { model: 'claude', key: 'hk_research' });
    expect(response.headers.get('x-hybrid-set-params')).toContain('max_tokens=4096');
  });
});

describe('what is logged of a request', () => {
  test('has what was decided and why, and none of its text', async () => {
    const { url, records, metrics } = await start();
    const text = 'my card is 4111 1111 1111 1111, thank you';
    await (await chat(url, { text, body: { user: 'somebody' }, headers: { 'x-hybrid-task': 'coding' } })).text();
    expect(records[0]).toMatchObject({
      kind: 'decision',
      tenant: 'local',
      outcome: 'answered',
      decision: {
        class: { value: 'restricted', from: [{ source: 'detector', detector: 'card', where: 'messages[0].content' }] },
      },
      facts: { statedTask: { value: 'coding' } },
    });
    for (const word of ['4111 1111', '41111111', 'thank', 'somebody', KEY])
      expect(JSON.stringify([records, metrics])).not.toContain(word);
  });

  test('is a line of metrics that CloudWatch reads', async () => {
    const { url, metrics } = await start();
    await (await chat(url, { model: 'gpt' })).text();
    const [line] = metrics as [
      { _aws: { CloudWatchMetrics: { Metrics: { Name: string }[]; Dimensions: string[][] }[] } },
    ];
    const [directive] = line._aws.CloudWatchMetrics;
    for (const { Name } of directive?.Metrics ?? []) expect(line).toHaveProperty(Name);
    for (const dimension of directive?.Dimensions[0] ?? []) expect(line).toHaveProperty(dimension);
    expect(line).toMatchObject({ Requests: 1, Errors: 0, Deployment: 'test', Lane: 'open' });
  });
});
