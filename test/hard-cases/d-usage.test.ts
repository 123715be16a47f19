/** Section D of the hard cases: what an answer of known usage is told, costs and books. */
import type { PartialConfig } from '../support/plans';
import { chat, keyRow } from '../support/router';
import { readEvents } from '../support/sse';
import { TARGETS, type Target, type Upstream, type UpstreamName, useWorld } from './exchange';

const PRICE = {
  inputUsdPerMillionTokens: 3,
  outputUsdPerMillionTokens: 15,
  cacheReadUsdPerMillionTokens: 0.3,
  cacheWriteUsdPerMillionTokens: 3.75,
};
const MODELS: NonNullable<PartialConfig['models']> = {
  fast: { fleet: 'llama' },
  gpt: { provider: 'openai', model: 'gpt-4o', price: PRICE },
  claude: { provider: 'anthropic', model: 'claude-sonnet-4-5', price: PRICE },
  flash: { provider: 'gemini', model: 'gemini-2.5-flash', price: PRICE },
  converse: { provider: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', price: PRICE },
  lab: { provider: 'lab', model: 'qwen' },
};

const world = useWorld(
  {
    models: MODELS,
    routes: [{ name: 'default', to: ['gpt', 'claude'] }],
    tenants: { small: { monthlyUsd: 0.5 } },
    budgets: { unpriced: 'allow' },
  },
  { keys: [keyRow('hk_small', 'small')] },
);

const UPSTREAMS = {
  gpt: 'openai',
  claude: 'anthropic',
  flash: 'gemini',
  converse: 'bedrock',
  lab: 'lab',
  fast: 'one',
} as const;
const upstreamOf = (target: Target): Upstream => world.upstreams[UPSTREAMS[target] satisfies UpstreamName];
const USAGE = { stream_options: { include_usage: true } };

const usageIn = (events: readonly string[]): unknown =>
  events.filter((event) => event !== '[DONE]').map((event) => (JSON.parse(event) as { usage?: unknown }).usage ?? null);

test('D1 what Anthropic wrote to and read from its cache is a part of the prompt, and is charged once', async () => {
  // Counts and cost of a real bill: https://github.com/BerriAI/litellm/issues/9812
  world.upstreams.anthropic.counts = { plain: 3, cacheWrite: 12_304, output: 550 };
  const { answer, record, response } = await world.sent('claude');
  expect(answer['usage']).toMatchObject({ prompt_tokens: 12_307, completion_tokens: 550, total_tokens: 12_857 });
  expect(record.costUsd).toBeCloseTo(0.054399, 9);
  expect(Number(response.headers.get('x-hybrid-cost-usd'))).toBeCloseTo(0.054399, 9);
});

test.each(['gpt', 'flash'] as const)(
  'D2 cached tokens are within the prompt and subtracted once: %s',
  async (target) => {
    upstreamOf(target).counts = { plain: 400, cacheRead: 600, output: 10 };
    const { answer, record } = await world.sent(target);
    expect(answer['usage']).toMatchObject({ prompt_tokens: 1000, prompt_tokens_details: { cached_tokens: 600 } });
    expect(record.costUsd).toBeCloseTo((400 * 3 + 600 * 0.3 + 10 * 15) / 1e6, 12);
  },
);

test.each(TARGETS)('D3 a stream costs what the whole answer costs: %s', async (target) => {
  const cacheWrite = target === 'flash' ? 0 : 30;
  upstreamOf(target).counts = { plain: 100, cacheRead: 50, cacheWrite, output: 20 };
  const whole = (await world.sent(target)).record;
  const costUsd = (100 * 3 + 50 * 0.3 + cacheWrite * 3.75 + 20 * 15) / 1e6;
  expect(whole.costUsd).toBeCloseTo(costUsd, 12);
  for (const options of [{}, USAGE]) {
    await world.streamed(target, options);
    expect([world.last.costUsd, world.last.usage, world.last.usageEstimated]).toEqual([
      whole.costUsd,
      whole.usage,
      false,
    ]);
  }
});

test('D4 what Gemini thought is output, and prompt and answer make the total', async () => {
  world.upstreams.gemini.counts = { plain: 23, output: 25 };
  world.upstreams.gemini.more = { thoughtsTokenCount: 160, totalTokenCount: 208 };
  const { answer, record } = await world.sent('flash');
  expect(answer['usage']).toMatchObject({ prompt_tokens: 23, completion_tokens: 185, total_tokens: 208 });
  expect(record.costUsd).toBeCloseTo((23 * 3 + 185 * 15) / 1e6, 12);
});

const anthropic = (...usages: readonly [object, ...object[]]): string[] =>
  [
    { type: 'message_start', message: { id: 'm', model: 'm', usage: usages[0] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'x' } },
    { type: 'content_block_stop', index: 0 },
    ...usages.slice(1).map((usage) => ({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage })),
    { type: 'message_stop' },
  ].map((event) => JSON.stringify(event));

test('D5 input that Anthropic counts again at the end replaces the first count', async () => {
  const events = anthropic({ input_tokens: 43, output_tokens: 1 }, { input_tokens: 61, output_tokens: 5 });
  world.upstreams.anthropic.replies = [{ events }];
  await world.streamed('claude');
  expect(world.last.usage).toMatchObject({ promptTokens: 61, completionTokens: 5 });
});

test('D6 output counts are totals: the last one holds', async () => {
  const events = anthropic({ input_tokens: 9, output_tokens: 1 }, { output_tokens: 20 }, { output_tokens: 35 });
  world.upstreams.anthropic.replies = [{ events }];
  await world.streamed('claude');
  expect(world.last.usage).toMatchObject({ promptTokens: 9, completionTokens: 35 });
});

const openai = (...usages: readonly unknown[]): string[] => [
  ...usages.map((usage, index) =>
    JSON.stringify({
      id: '1',
      choices: [{ index: 0, delta: { content: 'x' }, finish_reason: index === usages.length - 1 ? 'stop' : null }],
      usage,
    }),
  ),
  '[DONE]',
];

test('D7 counts of null or nothing in the middle are no counts, and the last ones are not added up', async () => {
  const counts = (prompt: number, completion: number): object => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
  });
  world.upstreams.openai.replies = [
    { events: openai(null, counts(5, 1), counts(0, 0), null, counts(5, 4), counts(0, 0)) },
  ];
  await world.streamed('gpt');
  expect(world.last.usage).toMatchObject({ promptTokens: 5, completionTokens: 4 });
});

describe('D8 usage of a stream', () => {
  test.each([...TARGETS, 'fast', 'lab'] as const)(
    'D8 is booked and not forwarded to who did not ask: %s',
    async (target) => {
      const before = world.requests;
      const events = await world.streamed(target);
      expect([...new Set(usageIn(events) as unknown[])]).toEqual([null]);
      expect(
        events.every((event) => event === '[DONE]' || (JSON.parse(event) as { choices: unknown[] }).choices.length > 0),
      ).toBe(true);
      expect(world.last).toMatchObject({ usage: { promptTokens: 10, completionTokens: 7 }, usageEstimated: false });
      const request = world.requests.find((one) => !before.includes(one));
      if (['gpt', 'fast', 'lab'].includes(target)) expect(request?.body).toMatchObject(USAGE);
    },
  );

  test.each([...TARGETS, 'fast', 'lab'] as const)(
    'D8 is the last chunk for who asked, without choices: %s',
    async (target) => {
      const events = await world.streamed(target, USAGE);
      const last = JSON.parse(events.at(-2) ?? '') as { choices: unknown[]; usage: Record<string, unknown> };
      expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 7, total_tokens: 17 } });
      expect((usageIn(events) as unknown[]).slice(0, -1).every((usage) => usage === null)).toBe(true);
    },
  );
});

test.each(TARGETS)('D9 a stream that breaks off is booked, and marked as an estimate: %s', async (target) => {
  const begun: Record<string, object[]> = {
    gpt: [{ id: '1', choices: [{ index: 0, delta: { content: 'word '.repeat(99) }, finish_reason: null }] }],
    claude: [
      { type: 'message_start', message: { id: 'm', model: 'm', usage: { input_tokens: 50, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'word '.repeat(99) } },
    ],
    flash: [{ candidates: [{ content: { parts: [{ text: 'word '.repeat(99) }] } }] }],
    converse: [{ contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'word '.repeat(99) } } }],
  };
  upstreamOf(target).replies = [{ events: (begun[target] ?? []).map((event) => JSON.stringify(event)), end: 'reset' }];
  const events = await world.streamed(target);
  expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_interrupted' } });
  expect(world.last).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
  expect(world.last.costUsd).toBeGreaterThan(0);
  expect(world.last.usage?.completionTokens).toBeGreaterThan(1);
});

test('D11 a price that nobody knows is null in the record and counted, never 0', async () => {
  const { record, response } = await world.sent('lab');
  expect([record.costUsd, response.headers.get('x-hybrid-cost-usd')]).toEqual([null, null]);
  expect(world.router.metrics.at(-1)).toMatchObject({ UnknownPrice: 1 });
});

test.each([
  ['skip', 403],
  ['allow', 200],
] as const)('D11 under a cap the policy decides of a target without a price: %s', async (unpriced, status) => {
  await world.start({
    models: MODELS,
    routes: [{ name: 'default', to: ['lab'] }],
    budgets: { monthlyUsd: 9, unpriced },
  });
  const { status: told, request } = await world.sent('lab');
  expect([told === 200 ? 200 : 403, request !== undefined]).toEqual([status, status === 200]);
});

test('D12 tokens of our own fleet cost nothing by the token', async () => {
  const { record, response } = await world.sent('fast');
  expect([record.costUsd, response.headers.get('x-hybrid-cost-usd')]).toEqual([0, '0']);
  expect(record.usage).toMatchObject({ promptTokens: 10, completionTokens: 7 });
});

const SMALL = { key: 'hk_small' };
/** Some 0.15 dollars at the most. */
const DEAR = { max_tokens: 9_900 };

test('D13 fifty requests at once do not pass a budget that is nearly used up', async () => {
  await world.start(
    { models: MODELS, tenants: { small: { monthlyUsd: 0.5 } } },
    { keys: [keyRow('hk_small', 'small')] },
  );
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  world.upstreams.openai.counts = { output: 9_900 };
  const events = [...openai(null), '[DONE]'].slice(0, 2);
  const whole = events.map((event) =>
    event.replace('"usage":null', '"usage":{"prompt_tokens":10,"completion_tokens":9900}'),
  );
  world.upstreams.openai.replies = Array.from({ length: 50 }, () => ({ events: whole, before: held }));
  const asks = Array.from({ length: 50 }, () =>
    chat(world.router.url, { model: 'gpt', body: { ...DEAR, stream: true }, ...SMALL }),
  );
  const refused = await Promise.all(asks).then((all) => all.filter(({ status }) => status === 429).length);
  release();
  await Promise.all(asks.map(async (ask) => (await ask).text()));
  expect([50 - refused, world.upstreams.openai.requests.length]).toEqual([3, 3]);
  const spentUsd = world.router.records.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  expect(spentUsd).toBeGreaterThan(0.4);
  expect(spentUsd).toBeLessThanOrEqual(0.5);
});

test('D14 what was set aside for a request that failed is free for the next', async () => {
  await world.start(
    { models: MODELS, tenants: { small: { monthlyUsd: 0.2 } } },
    { keys: [keyRow('hk_small', 'small')], limits: { firstEventMs: 50 } },
  );
  world.upstreams.openai.replies = [
    { status: 500 },
    { body: 'no JSON' },
    { status: 400, body: { error: { message: 'no' } } },
    { events: [], end: 'never' },
  ];
  const statuses = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const body = { ...DEAR, ...(turn === 3 && { stream: true }) };
    statuses.push((await world.sent('gpt', body, SMALL)).status);
  }
  expect(statuses).toEqual([502, 502, 400, 504, 200]);
});

test('D15 a stream is not cut for its cost; what it exceeds is charged and the next request waits', async () => {
  await world.start(
    { models: MODELS, tenants: { small: { monthlyUsd: 0.2 } } },
    { keys: [keyRow('hk_small', 'small')] },
  );
  world.upstreams.openai.counts = { output: 50_000 };
  const response = await chat(world.router.url, { model: 'gpt', body: { ...DEAR, stream: true }, ...SMALL });
  expect((await readEvents(response)).at(-1)).toBe('[DONE]');
  expect(world.last.costUsd).toBeGreaterThan(0.7);
  const next = await world.sent('gpt', DEAR, SMALL);
  expect([next.status, next.answer, Number(next.response.headers.get('retry-after'))]).toMatchObject([
    429,
    { error: { code: 'budget_exhausted' } },
    expect.any(Number),
  ]);
});

test('D16 an attempt that failed before its answer costs nothing, one that broke off within it does', async () => {
  world.upstreams.openai.replies = [{ status: 503 }];
  world.upstreams.anthropic.counts = { plain: 10, output: 20 };
  const { record } = await world.sent('auto');
  expect(record.attempts.map(({ model }) => model)).toEqual(['gpt', 'claude']);
  expect(record.costUsd).toBeCloseTo((10 * 3 + 20 * 15) / 1e6, 12);
  expect(record.usage).toMatchObject({ promptTokens: 10, completionTokens: 20 });
});
