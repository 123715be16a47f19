/** Section F of the hard cases: what may not leave, in either direction. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { KEY } from '../support/router';
import { Listener } from '../support/fake-vllm/listener';
import { SECRETS, call, called, result, saidBy, tool, useWorld, user } from './exchange';

const CARD = '4111 1111 1111 1111';
const world = useWorld({ routes: [{ name: 'default', to: ['gpt', 'fast'] }] });

const outside = (): number =>
  (['openai', 'anthropic', 'gemini', 'bedrock', 'lab'] as const).reduce(
    (sum, name) => sum + world.upstreams[name].requests.length,
    0,
  );

const CALLED = [user('q'), called(call('1', 'a', '{"n":1}')), result('1', 'x')];
const withArguments = (args: string): object => ({
  messages: [user('q'), called(call('1', 'a', args)), result('1', 'x')],
});

const PLACES: readonly [string, object][] = [
  ['a system message', { messages: [{ role: 'system', content: CARD }, user('q')] }],
  ['an earlier turn', { messages: [user(CARD), { role: 'assistant', content: 'ok' }, user('q')] }],
  ["the assistant's words", { messages: [user('q'), { role: 'assistant', content: CARD }, user('q')] }],
  ['a tool result', { messages: [...CALLED.slice(0, 2), result('1', `{"n":"${CARD}"}`)] }],
  ['the arguments of a call', withArguments(JSON.stringify({ n: CARD }))],
  ['a name in the arguments of a call', withArguments(JSON.stringify({ [CARD]: 1 }))],
  ['the description of a tool', { tools: [{ type: 'function', function: { name: 'a', description: CARD } }] }],
  ['an enum of a schema', { tools: [tool('a', { type: 'object', properties: { x: { enum: [CARD] } } })] }],
  [
    'the schema of the answer',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { const: CARD } } } },
  ],
  [
    "an image's address",
    {
      messages: [user([{ type: 'image_url', image_url: { url: `https://x.example/?c=${encodeURIComponent(CARD)}` } }])],
    },
  ],
  ['metadata', { metadata: { note: CARD } }],
  ['the user', { user: CARD }],
  [
    "a file's name",
    {
      messages: [
        user([{ type: 'file', file: { filename: `${CARD}.pdf`, file_data: 'data:application/pdf;base64,AAAA' } }]),
      ],
    },
  ],
  ['a field that nobody knows', { made_up: [{ deep: CARD }] }],
  ['a stop string', { stop: [CARD] }],
  ['the name of a caller', { messages: [{ role: 'user', name: CARD, content: 'q' }] }],
];

test.each(PLACES)('F1 a card number in %s keeps the request inside', async (_place, body) => {
  const { record } = await world.sent('auto', body as Record<string, unknown>);
  expect(record.decision?.class.value).toBe('restricted');
  expect(outside()).toBe(0);
});

test('F1 the same requests without it do go out', async () => {
  const { status } = await world.sent('auto', { messages: CALLED, tools: [tool('a')], metadata: { note: 'x' } });
  expect([status, outside()]).toEqual([200, 1]);
});

test('F2 detectors that are late make the request restricted', async () => {
  await world.start({ routes: [{ name: 'default', to: ['gpt', 'fast'] }] }, { limits: { detectMs: -1 } });
  const { status, record } = await world.sent('auto');
  expect([status, record.facts?.detectorFailed, record.decision?.class.value]).toEqual([200, 'late', 'restricted']);
  expect(outside()).toBe(0);
  const named = await world.sent('gpt');
  expect([named.status, named.answer, outside()]).toMatchObject([403, { error: { code: 'boundary_forbidden' } }, 0]);
  expect(world.router.metrics[0]).toMatchObject({ DetectorFailures: 1 });
});

test('F2 a text made to keep a pattern busy is looked through in time', async () => {
  const hostile = [`${'a'.repeat(60_000)}@`, '1'.repeat(60_000), `${'a.'.repeat(30_000)}`, `${'DE '.repeat(20_000)}`];
  for (const text of hostile) expect((await world.sent('auto', { messages: [user(text)] })).status).toBe(200);
});

const DIGITS = CARD.replaceAll(' ', '');
const HIDDEN: readonly [string, object][] = [
  [
    'over two parts',
    {
      messages: [
        user([
          { type: 'text', text: '4111 1111 ' },
          { type: 'text', text: '1111 1111' },
        ]),
      ],
    },
  ],
  ['by zero-width characters', { messages: [user([...DIGITS].join('\u200b'))] }],
  [
    'in digits of another script',
    { messages: [user([...DIGITS].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join(''))] },
  ],
  [
    'in full-width digits',
    { messages: [user([...DIGITS].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''))] },
  ],
  [
    'in base64 of a data URL',
    {
      messages: [
        user([
          {
            type: 'file',
            file: {
              filename: 'a.txt',
              file_data: `data:text/plain;base64,${Buffer.from(`card ${CARD}`).toString('base64')}`,
            },
          },
        ]),
      ],
    },
  ],
  ['in JSON within JSON', withArguments(`{"n":"${[...DIGITS].map((digit) => `\\u003${digit}`).join('')}"}`)],
];

test.each(HIDDEN)('F3 a card number hidden %s is found', async (_how, body) => {
  const { record } = await world.sent('auto', body as Record<string, unknown>);
  expect([record.decision?.class.value, outside()]).toEqual(['restricted', 0]);
});

test('F4 the router classifies and does not mask: an answer goes on as the model gave it', async () => {
  world.upstreams.openai.text = `Your card is ${CARD}.`;
  expect(saidBy(await world.streamed('gpt'))).toBe(`Your card is ${CARD}.`);
});

test.each([
  ['x-hybrid-class', 'restricted', 'restricted'],
  ['x-hybrid-class', 'public', 'internal'],
  ['x-hybrid-sensitivity', 'public', 'internal'],
])('F5 a caller raises the class and never lowers it: %s: %s', async (header, value, expected) => {
  await world.start({ sensitivity: { default: 'internal' }, routes: [{ name: 'default', to: ['gpt', 'fast'] }] });
  const { record } = await world.sent('auto', {}, { headers: { [header]: value } });
  expect([record.decision?.class.value, outside()]).toEqual([expected, 0]);
});

test('F6 nothing logged has text of the request or of what an upstream made of it', async () => {
  const secret = 'the patient is Jane Roe';
  world.upstreams.openai.text = secret;
  world.upstreams.openai.replies = [
    { status: 400, body: { error: { message: `bad: ${secret}` } } },
    { status: 500, body: secret },
    { events: [`{"error":{"message":"${secret}"}}`] },
    {},
  ];
  for (let turn = 0; turn < 4; turn += 1)
    await world.sent('gpt', { messages: [user(secret)], stream: turn === 2, user: secret });
  const logged = JSON.stringify([world.router.records, world.router.metrics]);
  expect(logged).not.toMatch(/patient|Jane|Roe/);
  expect(world.router.records.length).toBeGreaterThanOrEqual(4);
});

test('F6 what an upstream says of its own failure is not passed on', async () => {
  world.upstreams.openai.replies = [{ status: 500, body: { error: { message: 'stack trace of host 10.0.0.7' } } }];
  expect(JSON.stringify((await world.sent('gpt')).answer)).not.toContain('10.0.0.7');
});

test("F7 a caller's key reaches no upstream, and a provider's no caller and no log", async () => {
  const headers = { 'x-api-key': KEY, cookie: `k=${KEY}`, 'x-goog-api-key': KEY, 'openai-organization': 'org' };
  for (const target of ['gpt', 'claude', 'flash', 'converse', 'fast', 'lab']) {
    const { status, request } = await world.sent(target, {}, { headers });
    expect([status, JSON.stringify([request?.headers, request?.text])]).toEqual([
      200,
      expect.not.stringContaining(KEY),
    ]);
    expect(request?.headers['openai-organization']).toBeUndefined();
  }
  const message = `Incorrect API key provided: ${SECRETS['a/openai']}`;
  for (const status of [401, 403, 500]) {
    world.upstreams.openai.replies = [{ status, body: { error: { message, code: 'invalid_api_key' } } }];
    const { answer, response } = await world.sent('gpt');
    expect(JSON.stringify([answer, [...response.headers]])).not.toContain('secret-');
  }
  expect(JSON.stringify([world.router.records, world.router.metrics])).not.toMatch(/secret-|hk_/);
});

test('F8 no address in a request is fetched by the router', async () => {
  const trap = new Listener('trap', ({ response }) => Promise.resolve(void response.end()));
  await trap.open();
  const url = `${trap.url}/a.png`;
  const parts = [
    { type: 'image_url', image_url: { url } },
    { type: 'image_url', image_url: { url: 'http://169.254.169.254/latest/meta-data/' } },
    { type: 'file', file: { file_data: url } },
  ];
  for (const target of ['gpt', 'claude', 'flash', 'converse', 'fast', 'lab', 'auto']) {
    for (const part of parts)
      expect([200, 400]).toContain((await world.sent(target, { messages: [user([part])] })).status);
  }
  expect([trap.connections, trap.requests]).toEqual([0, []]);
  await trap.kill();
});

test('F9 no header and no path of a caller leads elsewhere', async () => {
  const trap = new Listener('trap', ({ response }) => Promise.resolve(void response.end()));
  await trap.open();
  const names = [
    'x-portkey-custom-host',
    'x-forwarded-host',
    'x-hybrid-target',
    'x-base-url',
    'forwarded',
    'x-original-url',
  ];
  const headers = Object.fromEntries(names.map((name) => [name, trap.url]));
  const { status, request } = await world.sent('gpt', { base_url: trap.url, api_base: trap.url }, { headers });
  expect([status, request?.headers.host]).toEqual([200, new URL(world.upstreams.openai.url).host]);
  for (const name of names) expect(request?.headers[name]).toBeUndefined();

  const { port } = trap.url === '' ? { port: 0 } : (new URL(world.router.origin) as unknown as AddressInfo);
  const body = JSON.stringify({ model: 'gpt', messages: [user('q')] });
  const absolute = await new Promise<number>((resolve, reject) => {
    http
      .request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: `${trap.url}/v1/chat/completions`,
          headers: { authorization: `Bearer ${KEY}`, host: new URL(trap.url).host },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      )
      .on('error', reject)
      .end(body);
  });
  expect(absolute).toBe(404);
  expect(trap.connections).toBe(0);
  await trap.kill();
});
