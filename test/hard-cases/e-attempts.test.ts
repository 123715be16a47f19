/** Section E of the hard cases: who is asked, how often, and what the caller is told when nobody answers. */
import net from 'node:net';
import { once } from 'node:events';
import { checkConfig } from '../../lib/config/parse';
import { type UpstreamName, saidBy, useWorld, user } from './exchange';

/** Stands still, so that who rests does so until a test says otherwise. */
let clockMs = Date.UTC(2026, 10, 22, 12);
const nowMs = (): number => clockMs;

const world = useWorld({ routes: [{ name: 'default', to: ['gpt', 'claude'] }] }, { nowMs });

/** Everybody has rested. */
beforeEach(() => {
  clockMs += 3_600_000;
});

const askedModels = (): readonly string[] => world.last.attempts.map(({ model }) => model);
const requestsOf = (name: UpstreamName): number => world.upstreams[name].requests.length;
const openaiChunk = (content: string, finish: string | null = null): string =>
  JSON.stringify({ id: '1', choices: [{ index: 0, delta: { content }, finish_reason: finish }] });

describe('E1 a 429', () => {
  test.each<[string, () => Record<string, string>]>([
    ['seconds', () => ({ 'retry-after': '7' })],
    ['milliseconds', () => ({ 'retry-after-ms': '6500' })],
    ['a date', () => ({ date: 'Sun, 01 Mar 2026 10:00:00 GMT', 'retry-after': 'Sun, 01 Mar 2026 10:00:07 GMT' })],
  ])(
    'E1 that says when to come again, in %s, goes to the next target, and is told where there is none',
    async (_how, headers) => {
      const reply = { status: 429, headers: headers() };
      world.upstreams.openai.replies = [reply, reply];
      const elsewhere = await world.sent('auto');
      expect([elsewhere.status, askedModels()]).toEqual([200, ['gpt', 'claude']]);
      const alone = await world.sent('gpt');
      expect([alone.status, alone.response.headers.get('retry-after')]).toEqual([429, '7']);
      expect(alone.answer).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    },
  );

  test('E1 of all targets is told with the soonest of their times', async () => {
    world.upstreams.openai.replies = [{ status: 429, headers: { 'retry-after': '30' } }];
    world.upstreams.anthropic.replies = [{ status: 429, headers: { 'retry-after': '9' } }];
    const { status, response } = await world.sent('auto');
    expect([status, response.headers.get('retry-after')]).toEqual([429, '9']);
  });
});

test.each([
  [400, 400, 'invalid_request'],
  [401, 502, 'upstream_error'],
  [403, 502, 'upstream_error'],
  [404, 502, 'upstream_error'],
  [422, 400, 'invalid_request'],
])('E2 %d is neither asked again nor elsewhere', async (status, told, code) => {
  const body = { error: { message: 'content policy', code: 'content_policy_violation' } };
  world.upstreams.openai.replies = [{ status, body }];
  const got = await world.sent('auto');
  expect([got.status, got.answer, askedModels()]).toMatchObject([told, { error: { code } }, ['gpt']]);
  expect(world.requests).toHaveLength(1);
});

describe('E3 a 200 that is no answer', () => {
  test.each<[string, readonly string[]]>([
    ['an error as its first event', ['{"error":{"message":"overloaded","type":"server_error","code":503}}']],
    ['no event', []],
    ['the end at once', ['[DONE]']],
    ['something else than JSON', ['<html>']],
  ])('E3 %s: the next target answers', async (_name, events) => {
    world.upstreams.openai.replies = [{ events }];
    const said = await world.streamed('auto');
    expect([saidBy(said), said.at(-1), askedModels()]).toEqual(['Hello', '[DONE]', ['gpt', 'claude']]);
  });

  test.each(['<html>', '{}', '{"choices":[]}', '{"error":{"message":"x","code":500}}'])(
    'E3 whole, %s: the next target answers',
    async (body) => {
      world.upstreams.openai.replies = [{ body }];
      expect([(await world.sent('auto')).status, askedModels()]).toEqual([200, ['gpt', 'claude']]);
    },
  );
});

test('E4, E5 an error after the first tokens is told; nothing is said twice and nobody else is asked', async () => {
  world.upstreams.openai.replies = [{ events: [openaiChunk('one '), openaiChunk('two'), '{"error":{"message":"x"}}'] }];
  const said = await world.streamed('auto');
  expect(said.slice(0, 2).map((event) => saidBy([event]))).toEqual(['one ', 'two']);
  expect(said).toHaveLength(3);
  expect(JSON.parse(said[2] ?? '')).toMatchObject({ error: { code: 'upstream_error' } });
  expect(world.requests).toHaveLength(1);
});

test('E5 a model without a fallback is not replaced, whatever happens', async () => {
  for (const reply of [{ status: 500 }, { status: 429 }, { events: [], stream: true }]) {
    world.upstreams.openai.replies = [reply];
    expect((await world.sent('gpt', { stream: 'events' in reply })).status).toBeGreaterThanOrEqual(429);
  }
  expect(world.requests).toHaveLength(requestsOf('openai'));
});

describe('E6 a restricted request', () => {
  const CARD = { messages: [user('card 4111 1111 1111 1111')] };
  const outside = (): number =>
    (['openai', 'anthropic', 'gemini', 'lab', 'bedrock'] as const).reduce(
      (sum, name) => sum + world.upstreams[name].listener.connections,
      0,
    );

  test.each<[string, { status?: number; body?: unknown; end?: 'reset' | 'never' }]>([
    ['500', { status: 500 }],
    ['503 while it drains', { status: 503, body: { error: { code: 'draining', message: 'draining' } } }],
    ['429', { status: 429 }],
    ['a reset', { end: 'reset' }],
    ['silence', { end: 'never' }],
    ['rubbish', { body: '<html>' }],
  ])('E6 of which the fleet makes %s opens no connection to the outside', async (_name, reply) => {
    const models = {
      ...world.config().models,
      fast: { fleet: 'llama', fallback: ['gpt', 'claude', 'flash', 'converse', 'lab'] },
    };
    const routes = [{ name: 'default', to: ['gpt', 'fast', 'claude', 'flash', 'converse', 'lab'] }];
    await world.start({ models, routes }, { limits: { firstEventMs: 60, totalMs: 60 } });
    const before = outside();
    for (const model of ['auto', 'fast']) {
      for (const stream of [true, false]) {
        for (const name of ['one', 'two'] as const) world.upstreams[name].replies = [reply, reply, reply];
        expect((await world.sent(model, { ...CARD, stream })).status).toBeGreaterThanOrEqual(400);
      }
    }
    expect(outside() - before).toBe(0);
    expect(requestsOf('one') + requestsOf('two')).toBeGreaterThan(0);
  });
});

describe('targets that rest', () => {
  test('E7 when all of them are gone the caller is told when to come again, and answered once one is back', async () => {
    const { openai, anthropic } = world.upstreams;
    await Promise.all([openai.listener.kill(), anthropic.listener.kill()]);
    const gone = await world.sent('auto');
    expect([gone.status, gone.answer]).toMatchObject([503, { error: { code: 'no_target_available' } }]);
    expect(Number(gone.response.headers.get('retry-after'))).toBeGreaterThan(0);
    await anthropic.listener.open();
    const back = await world.sent('auto');
    expect([back.status, back.response.headers.get('x-hybrid-model')]).toEqual([200, 'claude']);
  });

  test('E8 a failure puts a target last, the next one for longer', async () => {
    const first = async (failing: boolean): Promise<string | undefined> => {
      if (failing) world.upstreams.openai.replies = [{ status: 500 }];
      await world.sent('auto');
      world.upstreams.openai.replies = [];
      return askedModels()[0];
    };
    expect([await first(true), await first(false)]).toEqual(['gpt', 'claude']);
    clockMs += 251;
    expect([await first(true), await first(false)]).toEqual(['gpt', 'claude']);
    clockMs += 251;
    expect(await first(false)).toBe('claude');
    clockMs += 250;
    expect(await first(false)).toBe('gpt');
  });

  test('E8 who is alone does not rest', async () => {
    world.upstreams.openai.replies = [{ status: 500 }, { status: 500 }];
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await world.sent('gpt')).status);
    expect(statuses).toEqual([502, 502, 200]);
  });

  test('E14 a fleet whose replicas all rest still answers', async () => {
    world.upstreams.one.replies = [{ status: 500 }];
    world.upstreams.two.replies = [{ status: 500 }];
    expect((await world.sent('fast')).status).toBe(502);
    expect((await world.sent('fast')).status).toBe(200);
  });
});

test('E9 a chain of fallbacks that comes back to itself is an error of the config', () => {
  const { models } = world.config();
  const config = world.config({
    models: {
      ...models,
      gpt: { ...models['gpt'], fallback: ['claude'] },
      claude: { ...models['claude'], fallback: ['gpt'] },
    },
  });
  expect(checkConfig(config).map(({ code }) => code)).toContain('fallback-loop');
});

describe('E10 every limit of time', () => {
  test('E10 to connect: 504, by its own name', async () => {
    // Takes connections and never shakes hands.
    const mute = net.createServer();
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const { port } = mute.address() as net.AddressInfo;
    const providers = { openai: { secret: 'a/openai', baseUrl: `https://127.0.0.1:${port}/v1` } };
    await world.start(
      { providers, models: { gpt: { provider: 'openai', model: 'gpt-4o' } }, routes: [{ name: 'd', to: ['gpt'] }] },
      { limits: { connectMs: 40 } },
    );
    const { status, answer, record } = await world.sent('gpt');
    mute.close();
    expect([status, answer, record.attempts]).toMatchObject([
      504,
      { error: { code: 'upstream_timeout' } },
      [{ failure: 'connect_timeout' }],
    ]);
  });

  test.each([true, false])(
    'E10 to the first token, or the whole answer: 504, by its own name (stream: %s)',
    async (stream) => {
      await world.start({}, { limits: stream ? { firstEventMs: 40 } : { totalMs: 40 } });
      world.upstreams.openai.replies = [{ end: 'never' }];
      const { status, answer, record } = await world.sent('gpt', { stream });
      expect([status, answer, record.attempts[0]?.failure]).toMatchObject([
        504,
        { error: { code: stream ? 'upstream_timeout' : 'deadline_exceeded' } },
        stream ? 'first_event_timeout' : expect.any(String),
      ]);
    },
  );

  test.each<[string, object, string]>([
    ['between two tokens', { betweenEventsMs: 40 }, 'upstream_interrupted'],
    ['for all of it', { totalMs: 200 }, 'deadline_exceeded'],
  ])('E10 %s: an error event', async (_name, limits, code) => {
    await world.start({}, { limits });
    world.upstreams.openai.replies = [{ events: [openaiChunk('one')], end: 'never' }];
    const said = await world.streamed('gpt');
    expect([saidBy(said.slice(0, 1)), JSON.parse(said.at(-1) ?? '')]).toMatchObject(['one', { error: { code } }]);
  });
});

describe('E11 a provider that is asked again for one request', () => {
  const keyOf = (name: UpstreamName, turn: number): unknown =>
    world.upstreams[name].requests[turn]?.headers['idempotency-key'];

  test('E11 has one key for it, another for the next, and of the caller’s id nothing in it', async () => {
    const headers = { 'x-request-id': 'mine' };
    // Takes the kept connection away under the second request, which then goes out once more.
    await world.sent('gpt', {}, { headers });
    world.upstreams.openai.replies = [{ end: 'reset' }];
    const again = await world.sent('gpt', {}, { headers });
    expect([again.status, requestsOf('openai')]).toEqual([200, 3]);
    const keys = [0, 1, 2].map((turn) => keyOf('openai', turn));
    expect(keys[1]).toBe(keys[2]);
    expect(keys[0]).not.toBe(keys[1]);
    for (const key of keys) expect(key).toEqual(expect.not.stringContaining('mine'));
  });

  test('E11 has another key for another model, and only who knows the header gets it', async () => {
    world.upstreams.openai.replies = [{ status: 500 }];
    await world.sent('auto');
    expect(keyOf('openai', 0)).toEqual(expect.any(String));
    expect(keyOf('anthropic', 0)).toEqual(expect.any(String));
    expect(keyOf('openai', 0)).not.toBe(keyOf('anthropic', 0));
    for (const [target, name] of [
      ['flash', 'gemini'],
      ['converse', 'bedrock'],
    ] as const) {
      await world.sent(target);
      expect(keyOf(name, 0)).toBeUndefined();
    }
    expect((await world.sent('fast')).request?.headers['idempotency-key']).toBeUndefined();
  });
});

describe('replicas', () => {
  test.each<[string, () => Promise<void>]>([
    ['refuses connections', () => world.upstreams.one.listener.kill()],
    [
      'drains',
      () => {
        world.upstreams.one.replies = [{ status: 503, body: { error: { code: 'draining', message: 'x' } } }];
        return Promise.resolve();
      },
    ],
    [
      'resets its connections',
      () => {
        world.upstreams.one.replies = [{ end: 'reset' }, { end: 'reset' }];
        return Promise.resolve();
      },
    ],
  ])('E12 one that %s is made good by the other; the caller sees nothing', async (_name, lose) => {
    for (const stream of [true, false]) {
      await world.clear();
      await lose();
      // Sessions of either replica.
      for (let session = 0; session < 6; session += 1) {
        const said = await world.sent('fast', { stream, metadata: { session: `s${session}` } });
        expect([said.status, said.record.outcome]).toEqual([200, 'answered']);
      }
    }
  });

  test('E13 a conversation stays with its replica, goes to the other when that is gone, and conversations are shared', async () => {
    const placeOf = async (session: string): Promise<string | null | undefined> =>
      (await world.sent('fast', { metadata: { session } })).record.attempts.at(-1)?.replica;
    const first = new Map<string, unknown>();
    for (let session = 0; session < 12; session += 1) first.set(`s${session}`, await placeOf(`s${session}`));
    expect(new Set(first.values()).size).toBe(2);
    for (const [session, place] of first) expect(await placeOf(session)).toBe(place);
    const [lost] = [...first].filter(([, place]) => place === world.upstreams.one.url).map(([session]) => session);
    await world.upstreams.one.listener.kill();
    expect(await placeOf(lost ?? '')).toBe(world.upstreams.two.url);
  });
});

test('E15 an answer under way keeps the plan that it began with', async () => {
  const priced = (inputUsdPerMillionTokens: number): object => ({
    models: {
      gpt: { provider: 'openai', model: 'gpt-4o', price: { inputUsdPerMillionTokens, outputUsdPerMillionTokens: 0 } },
    },
    routes: [{ name: 'default', to: ['gpt'] }],
  });
  let goOn: () => void = () => undefined;
  const before = new Promise<void>((resolve) => (goOn = resolve));
  const old = await world.start(priced(1));
  const usage = JSON.stringify({ id: '1', choices: [], usage: { prompt_tokens: 1_000_000, completion_tokens: 1 } });
  world.upstreams.openai.replies = [{ events: [openaiChunk('x', 'stop'), usage, '[DONE]'], before }];
  const underWay = world.streamed('gpt');
  while (requestsOf('openai') === 0) await new Promise((resolve) => setImmediate(resolve));
  const young = await world.start(priced(2));
  world.upstreams.openai.counts = { plain: 1_000_000, output: 1 };
  await world.sent('gpt');
  goOn();
  await underWay;
  expect([old.records[0]?.costUsd, young.records[0]?.costUsd]).toEqual([1, 2]);
});
