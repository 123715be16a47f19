/** `serve` as a user runs it, asked by the official client. */
import { readFileSync } from 'node:fs';
import * as net from 'node:net';
import OpenAI from 'openai';
import { runAlone, startServe, tempFile, type Serving } from '../support/cli';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';

let replicas: FakeVllm[];
let closed: FakeClosed;
let serving: Serving | null = null;

beforeEach(async () => {
  replicas = await Promise.all([startFakeVllm(), startFakeVllm()]);
  closed = await startFakeClosed();
});
afterEach(async () => {
  await serving?.stop();
  serving = null;
  await Promise.all([...replicas, closed].map((fake) => fake.stop()));
});

const config = (rest = ''): string => `
name: test
region: us-east-1
fleets:
  llama: { model: meta-llama/Llama-3.1-8B-Instruct, endpoints: [${replicas.map(({ url }) => url).join(', ')}] }
providers:
  anthropic: { secret: acme/anthropic, baseUrl: '${closed.url}', agreement: { kind: dpa, ref: A-1 } }
models:
  fast: { fleet: llama }
  claude: { provider: anthropic, model: claude-sonnet-5 }
routes:
  - { name: restricted, when: { sensitivity: restricted }, to: [fast] }
  - { name: default, to: [claude, fast] }
tenants: { research: { floor: internal } }
${rest}`;

async function start(args: readonly string[] = [], text = config()): Promise<Serving> {
  serving = await startServe(['--config', tempFile('hybrid-llm.yaml', text), ...args], {
    HYBRID_LLM_SECRET_ACME_ANTHROPIC: 'key-of-anthropic',
  });
  return serving;
}

const client = ({ line }: Serving, key = line.key, baseURL = line.url): OpenAI =>
  new OpenAI({ baseURL, apiKey: key, maxRetries: 0 });

async function streamed(openai: OpenAI, content: string): Promise<{ text: string; finish: string | null }> {
  const stream = await openai.chat.completions.create({
    model: 'auto',
    stream: true,
    messages: [{ role: 'user', content }],
  });
  let text = '';
  let finish: string | null = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
  }
  return { text, finish };
}

test('the official client gets a streamed answer from fleet and closed model', async () => {
  const router = await start();
  for (const content of ['hello', 'my card 4111 1111 1111 1111']) {
    const { text, finish } = await streamed(client(router), content);
    expect(text).not.toBe('');
    expect(finish).toBe('stop');
  }
  expect(closed.requests).toHaveLength(1);
});

test('the official client raises the error that ends a broken stream, and the next request is answered', async () => {
  const router = await start();
  for (const replica of replicas) replica.killAfterTokens(3);
  await expect(streamed(client(router), 'my card 4111 1111 1111 1111')).rejects.toThrow(/broke off/);
  for (const replica of replicas) replica.killAfterTokens(Infinity);
  expect((await streamed(client(router), 'my card 4111 1111 1111 1111')).finish).toBe('stop');
});

test('prints one line of JSON on standard output and serves both lanes on one port', async () => {
  const router = await start(['--key', 'hk_mine']);
  expect(router.line).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/) as string,
    sealedUrl: router.line.url?.replace('/v1', '/sealed/v1'),
    key: 'hk_mine',
  });
  const sealed = client(router, 'hk_mine', router.line.sealedUrl);
  const { response } = await sealed.chat.completions
    .create({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] })
    .withResponse();
  expect(response.headers.get('x-hybrid-guarantee')).toBe('sealed');
  expect(response.headers.get('x-hybrid-target')).toContain('llama/');
  await expect(
    sealed.chat.completions.create({ model: 'claude', messages: [{ role: 'user', content: 'hi' }] }),
  ).rejects.toMatchObject({ status: 403, code: 'boundary_forbidden' });
  expect(router.output.stdout.trim().split('\n')).toHaveLength(1);
});

test('takes more keys from a file, each with its tenant, floor and end', async () => {
  const hashed = tempFile('hashed.json', '[]');
  const created = JSON.parse(
    (await runAlone({}, 'keys', 'create', '--file', hashed, '--tenant', 'research', '--json')).stdout,
  ) as { key: string };
  const keys = JSON.stringify([
    { key: 'hk_a', tenant: 'research' },
    { key: 'hk_sealed', tenant: 'research', floor: 'restricted' },
    { key: 'hk_over', tenant: 'research', expires: '2020-01-01' },
    ...(JSON.parse(readFileSync(hashed, 'utf8')) as object[]),
  ]);
  const decisions = tempFile('decisions.jsonl', '');
  const metrics = tempFile('metrics.jsonl', '');
  const router = await start(['--keys', tempFile('keys.json', keys), '--decisions', decisions, '--metrics', metrics]);
  const ask = (key: string) =>
    client(router, key).chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] });
  await expect(ask('hk_over')).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  await expect(ask('hk_sealed')).rejects.toMatchObject({ status: 403, code: 'use_sealed_endpoint' });
  expect((await ask('hk_a')).choices).toHaveLength(1);
  expect((await ask(created.key)).choices).toHaveLength(1);
  expect(await router.stop()).toBe(0);
  serving = null;
  const records = readFileSync(decisions, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { tenant: string | null; outcome: string });
  expect(records.map(({ tenant, outcome }) => [tenant, outcome])).toEqual([
    [null, 'refused'],
    ['research', 'refused'],
    ['research', 'answered'],
    ['research', 'answered'],
  ]);
  expect(readFileSync(metrics, 'utf8').trim().split('\n')).toHaveLength(4);
});

test('finishes what runs when it is told to stop, and ends with 0', async () => {
  for (const replica of replicas) replica.tokenDelayMs = 10;
  const router = await start();
  const asked = streamed(client(router), 'my card 4111 1111 1111 1111');
  await Promise.race(replicas.map((replica) => replica.until(() => replica.running > 0)));
  const stopped = router.stop();
  expect((await asked).finish).toBe('stop');
  expect(await stopped).toBe(0);
  serving = null;
});

test('does not wait for a connection on which nothing was asked', async () => {
  const router = await start();
  const socket = net.connect(Number(new URL(router.line.url ?? '').port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Answered on another connection: by then the server has taken this one.
  await client(router).models.list();
  const exit = router.stop();
  await closed;
  expect(await exit).toBe(0);
  serving = null;
}, 8_000);

test('says which key of a provider is missing', async () => {
  const text = config().replace(`baseUrl: '${closed.url}', `, '');
  serving = await startServe(['--config', tempFile('hybrid-llm.yaml', text)]);
  expect(serving.output.stderr).toContain('HYBRID_LLM_SECRET_ACME_ANTHROPIC');
  const { choices } = await client(serving).chat.completions.create({
    model: 'auto',
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect(choices).toHaveLength(1);
});

test.each([
  [
    'no fleets',
    'fleets: {}',
    /fleets:\n.*\n/,
    'models:\n  claude: { provider: anthropic, model: claude-sonnet-5 }\nroutes: [{ name: default, to: [claude] }]',
  ],
  [
    'no providers',
    'providers: {}',
    /providers:\n.*\n/,
    'models:\n  fast: { fleet: llama }\nroutes: [{ name: default, to: [fast] }]',
  ],
])('serves with %s', async (_, empty, part, rest) => {
  const text = config()
    .replace(part, `${empty}\n`)
    .replace(/models:[\s\S]*tenants/, `${rest}\ntenants`);
  const router = await start([], text);
  expect((await streamed(client(router), 'hello')).finish).toBe('stop');
});

const refused = (...args: string[]): ReturnType<typeof runAlone> =>
  runAlone({}, 'serve', '--config', tempFile('hybrid-llm.yaml', config()), ...args);

test.each([
  ['a port that is none', ['--port', '70000'], '--port is `70000`'],
  ['a key that is none', ['--key', 'sk-1'], '--key must begin with hk_'],
  ['a keys file that is not there', ['--keys', '/nowhere.json'], 'cannot be read'],
  ['an option that is not known', ['--nonsense'], '--nonsense'],
])('refuses %s with exit code 2 and no stack', async (_, args, said) => {
  const { code, stderr } = await refused(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('refuses a key of a tenant that the config does not have', async () => {
  const keys = tempFile('keys.json', JSON.stringify([{ key: 'hk_a', tenant: 'nobody' }]));
  const { code, stderr } = await refused('--keys', keys);
  expect([code, stderr]).toEqual([2, expect.stringContaining('no tenant `nobody`; the config has: local, research')]);
});

test('does not repeat a key out of a keys file that is wrong', async () => {
  const keys = tempFile('keys.json', JSON.stringify([{ key: 'sk-very-secret', tenant: 'research' }]));
  const { code, stderr } = await refused('--keys', keys);
  expect(code).toBe(2);
  expect(stderr).not.toContain('very-secret');
});
