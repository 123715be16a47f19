/** `POST /v1/messages` over real sockets: every target's protocol behind it, and what a coding agent gets. */
import type { JsonObject } from '../../lib/chat/dialect';
import type { DecisionRecord } from '../../lib/records/decision-record';
import { eventsOf, readMessageEvents } from '../chat/anthropic-messages/events';
import * as streams from '../chat/streams/anthropic';
import * as bedrockStreams from '../chat/streams/bedrock';
import { eventStream } from '../support/event-stream';
import { type FakeBedrock, startFakeBedrock } from '../support/fake-bedrock';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { type PartialConfig, configOf } from '../support/plans';
import { KEY, type TestRouter, startRouter } from '../support/router';
import { until } from '../support/simulated-fleet';

const TARGETS = ['fast', 'gpt', 'claude', 'gemini', 'nova'] as const;
const CALL = '<tool_call>{"name": "weather", "arguments": {"city": "Zürich"}}</tool_call>';
const TOOLS = [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];
const PRICE = { inputUsdPerMillionTokens: 1_000, outputUsdPerMillionTokens: 1_000 };

let vllm: FakeVllm;
let closed: FakeClosed;
let bedrock: FakeBedrock;
let router: TestRouter | null = null;

beforeEach(async () => {
  [vllm, closed, bedrock] = await Promise.all([
    startFakeVllm(),
    startFakeClosed(),
    startFakeBedrock({ region: 'us-east-1', secretAccessKey: () => 'secret' }),
  ]);
});

afterEach(async () => {
  await router?.close();
  router = null;
  await Promise.all([vllm.stop(), closed.stop(), bedrock.stop()]);
});

async function start(change: PartialConfig = {}): Promise<TestRouter> {
  const config = configOf({
    fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [vllm.url] } },
    providers: {
      anthropic: { secret: 's', baseUrl: closed.url, agreement: { kind: 'dpa', ref: 'A-1' } },
      openai: { secret: 's', baseUrl: `${closed.url}/v1` },
      gemini: { secret: 's', baseUrl: closed.url },
      bedrock: { baseUrl: bedrock.url },
    },
    models: {
      fast: { fleet: 'llama' },
      gpt: { provider: 'openai', model: 'gpt-4o' },
      claude: { provider: 'anthropic', model: 'claude-sonnet-5', price: PRICE },
      gemini: { provider: 'gemini', model: 'gemini-3.5-flash-lite' },
      nova: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' },
    },
    routes: [{ name: 'default', to: ['fast'] }],
    // Random ids of tool calls are now and then taken for the number of a card.
    sensitivity: { default: 'public', detect: { card: 'off', iban: 'off', ssn: 'off', secret: 'off', email: 'off' } },
    ...change,
  });
  router = await startRouter(config, {
    secrets: { s: 'provider-secret' },
    credentials: () => ({ accessKeyId: 'A', secretAccessKey: 'secret' }),
  });
  return router;
}

interface Ask extends JsonObject {
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

const ask = (
  { origin }: TestRouter,
  model: string,
  { headers, path = '/v1/messages', ...body }: Ask = {},
): Promise<Response> =>
  fetch(origin + path, {
    method: 'POST',
    headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, max_tokens: 200, messages: [{ role: 'user', content: 'hello' }], ...body }),
  });

async function failureOf(asked: Promise<Response>): Promise<JsonObject> {
  const response = await asked;
  const { type, error } = (await response.json()) as { type: string; error: JsonObject };
  expect(type).toBe('error');
  return { status: response.status, type: error['type'], code: error['code'], param: error['param'] };
}

/** The caller may have all of an answer before its record is written. */
async function recordOf({ records }: TestRouter): Promise<DecisionRecord | undefined> {
  await until(() => records.length > 0);
  return records[0];
}

const textOf = (content: unknown): string =>
  (content as { type: string; text?: string }[]).map(({ text = '' }) => text).join('');

describe.each(TARGETS)('%s answers', (model) => {
  test('a whole message, with the headers of the router, its usage booked', async () => {
    const started = await start();
    const response = await ask(started, model);
    const message = (await response.json()) as JsonObject;
    expect([response.status, message]).toMatchObject([
      200,
      { type: 'message', role: 'assistant', stop_reason: 'end_turn', stop_sequence: null },
    ]);
    expect(message['id']).toMatch(/^msg_/);
    expect(textOf(message['content'])).not.toBe('');
    expect(response.headers.get('x-hybrid-model')).toBe(model);
    const {
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: read,
    } = message['usage'] as Record<string, number>;
    const record = await recordOf(started);
    expect(record).toMatchObject({
      facts: { endpoint: 'messages' },
      outcome: 'answered',
      finish: 'stop',
      usageEstimated: false,
    });
    const usage = record?.usage;
    expect(usage?.promptTokens).toBe((input ?? 0) + (read ?? 0));
    expect(usage?.completionTokens).toBe(output);
    expect(output).toBeGreaterThan(0);
  });

  test('the same as a stream', async () => {
    const started = await start();
    const response = await ask(started, model, { stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const { content, stopReason, usage, isWhole, message } = readMessageEvents(await response.text());
    expect({ stopReason, isWhole }).toEqual({ stopReason: 'end_turn', isWhole: true });
    expect(textOf(content)).not.toBe('');
    expect(message['id']).toMatch(/^msg_/);
    const { usage: booked, ...record } = (await recordOf(started)) ?? {};
    expect(record).toMatchObject({
      facts: { endpoint: 'messages' },
      outcome: 'answered',
      finish: 'stop',
      usageEstimated: false,
    });
    expect((usage as Record<string, number>)['output_tokens']).toBe(booked?.completionTokens);
  });
});

describe.each(TARGETS.filter((model) => model !== 'nova'))('a tool of %s', (model) => {
  test.each([false, true])('is called, and hears of its result (stream: %s)', async (stream) => {
    vllm.script = CALL;
    closed.script = CALL;
    const started = await start();
    const asked = { tools: TOOLS, stream, messages: [{ role: 'user', content: 'How is the weather?' }] };
    const response = await ask(started, model, asked);
    let content: JsonObject[];
    if (stream) {
      const read = readMessageEvents(await response.text());
      expect(read.stopReason).toBe('tool_use');
      content = read.content.map((block) =>
        block['type'] === 'tool_use' ? { ...block, input: JSON.parse(String(block['input'])) as unknown } : block,
      );
    } else {
      const message = (await response.json()) as { content: JsonObject[]; stop_reason: string };
      expect(message.stop_reason).toBe('tool_use');
      ({ content } = message);
    }
    const call = content.find(({ type }) => type === 'tool_use');
    expect(call).toMatchObject({ name: 'weather', input: { city: 'Zürich' } });
    expect(call?.['id']).toMatch(/^[a-zA-Z0-9_-]+$/);

    const messages = [
      ...asked.messages,
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.['id'], content: 'rain' }] },
    ];
    expect((await ask(started, model, { tools: TOOLS, messages })).status).toBe(200);
    const sent = JSON.stringify((model === 'fast' ? vllm : closed).requests.at(-1)?.body);
    expect(sent).toContain('rain');
    expect(sent).toContain('Zürich');
  });
});

test('a tool of Bedrock is called, and hears of its result beside what the user says', async () => {
  const started = await start();
  bedrock.stream = eventStream(bedrockStreams.tools);
  const response = await ask(started, 'nova', { tools: TOOLS, stream: true });
  const { content, stopReason } = readMessageEvents(await response.text());
  expect(stopReason).toBe('tool_use');
  const blocks = content.map((block) => (block['type'] === 'tool_use' ? { ...block, input: {} } : block));
  const results = ['a', 'b'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: `R${id}` }));
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: blocks },
    { role: 'user', content: [...results, { type: 'text', text: 'and?' }] },
  ];
  expect((await ask(started, 'nova', { tools: TOOLS, messages })).status).toBe(200);
  expect(bedrock.requests.at(-1)?.body).toMatchObject({
    messages: [
      {},
      { content: [{ text: 'Looking.' }, { toolUse: { toolUseId: 'a' } }, { toolUse: { toolUseId: 'b' } }] },
      {
        content: [
          { toolResult: { toolUseId: 'a', content: [{ text: 'Ra' }] } },
          { toolResult: { toolUseId: 'b', content: [{ text: 'Rb' }] } },
          { text: 'and?' },
        ],
      },
    ],
  });
});

test('F1 a number of a card in a block of the system prompt keeps the request at home', async () => {
  const started = await start({ sensitivity: { default: 'public' } });
  const system = [{ type: 'text', text: 'The card is 4111 1111 1111 1111.' }];
  expect(await failureOf(ask(started, 'gemini', { system }))).toMatchObject({
    status: 403,
    type: 'permission_error',
    code: 'boundary_forbidden',
  });
  expect((await ask(started, 'fast', { system })).status).toBe(200);
});

describe("Anthropic's own models", () => {
  test('get what the caller wrote, and answer byte for byte', async () => {
    const started = await start();
    const events = streams.whole(
      'end_turn',
      streams.start(0, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
      streams.stop(0),
      ...streams.textBlock(1, 'Found.'),
    );
    closed.replay(events);
    const body = {
      stream: true,
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      thinking: { type: 'adaptive' },
    };
    const response = await ask(started, 'claude', { ...body, metadata: { user_id: 'u', session: 's' } });
    expect(eventsOf(await response.text()).map(({ data }) => JSON.stringify(data))).toEqual(events);
    expect(closed.requests[0]).toMatchObject({
      path: '/v1/messages',
      body: { ...body, model: 'claude-sonnet-5', max_tokens: 200, metadata: { user_id: 'u' } },
    });
    expect(await recordOf(started)).toMatchObject({ usage: { promptTokens: 10, completionTokens: 7 }, costUsd: 0.017 });
  });

  test('hear of betas and version, and nobody hears of the key or anything else', async () => {
    const started = await start();
    const headers = {
      'anthropic-beta': 'one-2025-01-01,two',
      'anthropic-version': '2024-09-09',
      'x-stainless-os': 'L',
    };
    await (await ask(started, 'claude', { headers, path: '/v1/messages?beta=true' })).text();
    expect(closed.requests[0]?.headers).toMatchObject({
      'anthropic-beta': 'one-2025-01-01,two',
      'anthropic-version': '2024-09-09',
      'x-api-key': 'provider-secret',
    });
    expect(closed.requests[0]?.headers).not.toHaveProperty('x-stainless-os');
    await (await ask(started, 'claude', { headers: { 'anthropic-version': 'x' } })).text();
    expect(closed.requests[1]?.headers).toMatchObject({ 'anthropic-version': '2023-06-01' });
    await (await ask(started, 'gpt', { headers })).text();
    expect(Object.keys(closed.requests[2]?.headers ?? {}).filter((name) => /anthropic|api-key/.test(name))).toEqual([]);
  });
});

test('a conversation that another model began goes on at Anthropic', async () => {
  const started = await start();
  const messages = [
    { role: 'user', content: 'x' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: '' },
        { type: 'text', text: 'y' },
      ],
    },
    { role: 'user', content: 'z' },
  ];
  const response = await ask(started, 'claude', { messages });
  expect(response.headers.get('x-hybrid-dropped-params')).toBe('thinking');
  expect(JSON.stringify(closed.requests[0]?.body)).not.toContain('Hm.');
});

test('what a target is not told of is listed by its name in the caller', async () => {
  const started = await start();
  const response = await ask(started, 'gpt', {
    thinking: { type: 'adaptive' },
    service_tier: 'auto',
  });
  expect(response.headers.get('x-hybrid-dropped-params')).toBe('service_tier,thinking');
});

test.each(['fast', 'claude', 'none'])(
  "the id of a request to %s is where Anthropic's clients look for it",
  async (model) => {
    const response = await ask(await start(), model);
    expect(response.headers.get('request-id')).toMatch(/./);
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'));
  },
);

test.each<[string, Record<string, string>, number]>([
  ['beside a token for elsewhere', { authorization: 'Bearer sk-ant-oat01-x' }, 200],
  ['as a bearer', { authorization: `Bearer ${KEY}`, 'x-api-key': 'sk-ant-x' }, 200],
  ['not at all', { authorization: 'Bearer sk-ant-oat01-x', 'x-api-key': 'sk-ant-x' }, 401],
])('the key comes %s', async (_, headers, status) => {
  expect((await ask(await start(), 'fast', { headers })).status).toBe(status);
});

describe("a failure is told in Anthropic's shape", () => {
  test.each<[string, Ask, string, JsonObject]>([
    [
      'a key',
      { headers: { 'x-api-key': 'hk_no' } },
      'fast',
      { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
    ],
    ['a model', {}, 'none', { status: 404, type: 'not_found_error', code: 'model_not_found' }],
    ['a field', { max_tokens: null }, 'fast', { status: 400, type: 'invalid_request_error', param: 'max_tokens' }],
    [
      "one of Anthropic's tools elsewhere",
      { tools: [{ type: 'bash_20250124', name: 'bash' }] },
      'fast',
      { status: 400, type: 'invalid_request_error', code: 'unsupported_parameter', param: 'tools[0].type' },
    ],
    [
      'a path',
      { path: '/v1/messages/batches' },
      'fast',
      { status: 404, type: 'not_found_error', code: 'unknown_path' },
    ],
    ['counts', { path: '/v1/messages/count_tokens?beta=true' }, 'fast', { status: 404, type: 'not_found_error' }],
  ])('%s', async (_, body, model, failure) => {
    expect(await failureOf(ask(await start(), model, body))).toMatchObject(failure);
  });

  test('counts: and why, so that agents count by themselves', async () => {
    const response = await ask(await start(), 'fast', { path: '/v1/messages/count_tokens' });
    expect(await response.text()).toContain('this router counts no tokens');
  });

  test('by a body that is no JSON', async () => {
    const { origin } = await start();
    const sent = fetch(`${origin}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: '{',
    });
    expect(await failureOf(sent)).toMatchObject({ status: 400, code: 'invalid_json' });
  });

  test.each<[number, JsonObject]>([
    [429, { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' }],
    [529, { status: 502, type: 'api_error', code: 'upstream_error' }],
  ])('by a provider that says %i', async (status, failure) => {
    const started = await start();
    await closed.setMode({ kind: 'status', status, headers: { 'retry-after': '7' } });
    const response = await ask(started, 'claude');
    expect(response.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
    expect(await failureOf(Promise.resolve(response))).toMatchObject(failure);
  });

  test('by nobody who is there', async () => {
    const started = await start();
    await vllm.stop();
    const response = await ask(started, 'fast');
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect(await failureOf(Promise.resolve(response))).toMatchObject({ status: 503, type: 'overloaded_error' });
  });

  test.each<[string, string]>([
    ['through the hub', 'gpt'],
    ['as it came', 'claude'],
  ])('in the middle of a stream as an event, without an end: %s', async (_, model) => {
    closed.script = 'One two three four five six seven eight.';
    const started = await start();
    await closed.setMode({ kind: 'reset-mid-stream', afterEvents: 6 });
    const events = eventsOf(await (await ask(started, model, { stream: true })).text());
    expect(events.at(-1)).toMatchObject({
      name: 'error',
      data: { type: 'error', error: { type: 'api_error', code: 'upstream_interrupted' } },
    });
    expect(events.map(({ name }) => name)).not.toContain('message_stop');
    expect(await recordOf(started)).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
  });
});

test('a failure before the first part of the answer is made good by a target of another protocol', async () => {
  const started = await start({ routes: [{ name: 'default', to: ['claude', 'fast'] }] });
  await closed.setMode({ kind: 'error-event', afterEvents: 1, status: 529 });
  const response = await ask(started, 'auto', { stream: true });
  expect(response.headers.get('x-hybrid-model')).toBe('fast');
  expect(readMessageEvents(await response.text())).toMatchObject({ isWhole: true, stopReason: 'end_turn' });
});
