/** The router over real sockets, with a fake Bedrock behind it that looks at every signature. */
import { type Credentials, type CredentialsProvider, environmentCredentials } from '../../lambda/aws/credentials';
import type { Post } from '../../lambda/router/upstream/http';
import { signedPost } from '../../lambda/router/upstream/signing';
import { eventStream } from '../support/event-stream';
import { type FakeBedrock, startFakeBedrock } from '../support/fake-bedrock';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { type PartialConfig, configOf } from '../support/plans';
import { type RouterOptions, type TestRouter, chat, startRouter } from '../support/router';
import { readEvents } from '../support/sse';
import { scopeOf } from '../support/signature';
import * as streams from '../chat/streams/bedrock';

const REGION = 'eu-central-1';
const TOKENED: Credentials = { accessKeyId: 'ASIA1', secretAccessKey: 'secret/1+', sessionToken: 'token==' };

let current: Credentials;
let bedrock: FakeBedrock;
let vllm: FakeVllm;
let router: TestRouter | null = null;

beforeEach(async () => {
  current = TOKENED;
  [bedrock, vllm] = await Promise.all([
    startFakeBedrock({ region: REGION, secretAccessKey: () => current.secretAccessKey }),
    startFakeVllm(),
  ]);
});

afterEach(async () => {
  await router?.close();
  router = null;
  await Promise.all([bedrock.stop(), vllm.stop()]);
});

async function start(change: PartialConfig = {}, options: RouterOptions = {}): Promise<TestRouter> {
  router = await startRouter(
    configOf({
      region: REGION,
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [vllm.url] } },
      providers: { bedrock: { baseUrl: bedrock.url } },
      models: {
        fast: { fleet: 'llama' },
        nova: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' },
        backed: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0', fallback: ['fast'] },
        oss: { provider: 'bedrock', model: 'openai.gpt-oss-120b-1:0', protocol: 'openai' },
        'bedrock/*': { provider: 'bedrock' },
      },
      routes: [{ name: 'default', to: ['nova'] }],
      ...change,
    }),
    { credentials: () => current, ...options },
  );
  return router;
}

const failuresOf = ({ records }: TestRouter): unknown => records.at(-1)?.attempts.map(({ failure }) => failure);

describe('an answer of Bedrock', () => {
  test('comes whole in the form of the caller, with its cost', async () => {
    const { url } = await start();
    const response = await chat(url, { body: { seed: 7, max_tokens: 9 } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      id: 'chatcmpl-request-1',
      object: 'chat.completion',
      model: 'amazon.nova-lite-v1:0',
      choices: [{ message: { content: 'Hello, 世界 🙂' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 110, completion_tokens: 7 },
    });
    expect(response.headers.get('x-hybrid-target')).toBe('bedrock/amazon.nova-lite-v1:0');
    expect(response.headers.get('x-hybrid-dropped-params')).toBe('seed');
    expect(Number(response.headers.get('x-hybrid-cost-usd'))).toBeCloseTo(
      (10 * 0.06 + 100 * 0.015 + 7 * 0.24) / 1e6,
      12,
    );
    expect(bedrock.requests.at(-1)).toMatchObject({
      path: '/model/amazon.nova-lite-v1%3A0/converse',
      body: { inferenceConfig: { maxTokens: 9 }, messages: [{ role: 'user', content: [{ text: 'hello' }] }] },
    });
  });

  test.each([1_024, 7, 1])('A11 is streamed, in pieces of %i bytes', async (pieceBytes) => {
    bedrock.pieceBytes = pieceBytes;
    const { url, records } = await start();
    const response = await chat(url, { body: { stream: true, stream_options: { include_usage: true } } });
    const events = await readEvents(response);
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as Chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello, 世界 🙂');
    expect(chunks.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(['stop']);
    expect(chunks.at(-1)?.usage?.cost_usd).toBeCloseTo((10 * 0.06 + 7 * 0.24) / 1e6, 12);
    expect(records[0]).toMatchObject({ outcome: 'answered', usageEstimated: false });
    expect(bedrock.requests.at(-1)).toMatchObject({
      path: '/model/amazon.nova-lite-v1%3A0/converse-stream',
      headers: { accept: 'application/vnd.amazon.eventstream' },
    });
  });

  test("comes from its copy of OpenAI's API where the config says so, byte for byte", async () => {
    const { url } = await start();
    const response = await chat(url, { model: 'oss', body: { max_tokens: 5, seed: 7 } });
    expect(await response.json()).toMatchObject({ id: 'chatcmpl-of-bedrock', choices: [{ finish_reason: 'stop' }] });
    expect(bedrock.requests.at(-1)).toMatchObject({
      path: '/openai/v1/chat/completions',
      body: { model: 'openai.gpt-oss-120b-1:0', max_completion_tokens: 5, seed: 7 },
    });
    const events = await readEvents(await chat(url, { model: 'oss', body: { stream: true } }));
    expect(events).toHaveLength(3);
    expect(events.at(-1)).toBe('[DONE]');
  });
});

interface Chunk {
  readonly choices: readonly {
    readonly delta: { readonly role?: string; readonly content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: { readonly cost_usd?: number } | null;
}

describe('a signature', () => {
  test('is by the role as it is at each request, with its token, for the region of the config', async () => {
    const { url } = await start();
    for (const credentials of [TOKENED, { accessKeyId: 'ASIA2', secretAccessKey: 'secret2', sessionToken: 'token2' }]) {
      current = credentials;
      for (const ask of [{ model: 'nova' }, { model: 'nova', body: { stream: true } }, { model: 'oss' }]) {
        const response = await chat(url, ask);
        expect(response.status).toBe(200);
        await response.text();
        const { headers = {} } = bedrock.requests.at(-1) ?? {};
        expect(scopeOf({ headers })).toEqual({
          region: REGION,
          service: 'bedrock',
          accessKeyId: credentials.accessKeyId,
        });
        expect(headers['x-amz-security-token']).toBe(credentials.sessionToken);
      }
    }
  });

  test('holds for an id with every character that is escaped', async () => {
    const { url } = await start();
    const arn = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/a_b-c.d';
    expect((await chat(url, { model: `bedrock/${arn}` })).status).toBe(200);
    expect(bedrock.requests.at(-1)?.path).toBe(`/model/${encodeURIComponent(arn)}/converse`);
  });

  test('holds behind a path of the address', async () => {
    const { url } = await start({ providers: { bedrock: { baseUrl: `${bedrock.url}/prefix` } } });
    expect((await chat(url)).status).toBe(502);
    expect(bedrock.requests.at(-1)?.path).toBe('/prefix/model/amazon.nova-lite-v1%3A0/converse');
    expect(router?.records.at(-1)?.attempts).toEqual([expect.objectContaining({ status: 404 })]);
  });

  test('goes out beside one host, and leaves the other headers as they are', () => {
    const post = { origin: 'https://a.example/p', path: '/b', headers: { accept: 'x' }, body: '{}' } as unknown as Post;
    const { headers } = signedPost(post, { service: 'bedrock', region: REGION, credentials: TOKENED });
    expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('host');
    expect(headers).toMatchObject({ accept: 'x' });
  });

  test("by another key is refused, told as the target's failure, and nothing of it reaches the caller", async () => {
    const { url } = await start({}, { credentials: () => ({ ...TOKENED, secretAccessKey: 'other' }) });
    const response = await chat(url);
    expect(response.status).toBe(502);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_error' } });
    expect(text + JSON.stringify([...response.headers])).not.toMatch(/token==|AWS4|ASIA1/);
  });

  test.each<[string, CredentialsProvider]>([
    ['no credentials in the environment', environmentCredentials({})],
    ['a login that failed', () => Promise.reject(new Error('expired'))],
  ])('is missing with %s: nothing is sent, and the next model is asked', async (_name, credentials) => {
    const { url } = await start({ providers: { bedrock: {} } }, { credentials });
    const alone = await chat(url);
    expect(alone.status).toBe(503);
    expect(await alone.json()).toMatchObject({ error: { code: 'no_target_available' } });
    expect((await chat(url, { model: 'backed' })).headers.get('x-hybrid-model')).toBe('fast');
    expect(failuresOf(router as TestRouter)).toEqual(['secret_missing', null]);
  });
});

describe('a failure of Bedrock', () => {
  test.each([
    ['ThrottlingException', 429, 'rate_limit_exceeded', 429],
    ['ModelTimeoutException', 408, 'upstream_error', 502],
    ['ModelErrorException', 424, 'upstream_error', 502],
    ['ServiceUnavailableException', 503, 'upstream_error', 502],
  ])('%s (%i) goes to the next model, and is told as %s where there is none', async (type, status, code, told) => {
    const started = await start();
    bedrock.error = { type, status, message: 'No.' };
    expect((await chat(started.url, { model: 'backed' })).headers.get('x-hybrid-model')).toBe('fast');
    expect(failuresOf(started)).toEqual(['upstream_status', null]);
    const alone = await chat(started.url, { model: 'nova', body: { stream: true } });
    expect(alone.status).toBe(told);
    expect(await alone.json()).toMatchObject({ error: { code } });
  });

  test('ValidationException is told in its own words, and tried nowhere else', async () => {
    const { url } = await start();
    bedrock.error = { type: 'ValidationException', status: 400, message: 'The provided image is broken.' };
    const response = await chat(url, { model: 'backed' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: 'The provided image is broken.' } });
    expect(vllm.requests).toEqual([]);
  });

  test('a prompt that is too long goes to a larger context, and is told as such where there is none', async () => {
    const { url } = await start();
    bedrock.error = { type: 'ValidationException', status: 400, message: 'Input is too long for requested model.' };
    expect((await chat(url, { model: 'backed' })).headers.get('x-hybrid-model')).toBe('fast');
    const alone = await chat(url);
    expect(alone.status).toBe(400);
    expect(await alone.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
  });

  const broken = [streams.MESSAGE_START, streams.delta(0, { text: 'Hel' })];

  test('A12 by an exception before the answer began is made good elsewhere', async () => {
    const started = await start();
    bedrock.stream = eventStream([streams.MESSAGE_START, streams.exception('throttlingException', 'Too many.')]);
    const response = await chat(started.url, { model: 'backed', body: { stream: true } });
    expect(response.headers.get('x-hybrid-model')).toBe('fast');
    expect((await readEvents(response)).at(-1)).toBe('[DONE]');
    expect(failuresOf(started)).toEqual(['upstream_error_event', null]);
    const alone = await chat(started.url, { body: { stream: true } });
    expect(alone.status).toBe(429);
  });

  test('A8, A9, A12, A13 in the middle of the answer is an error event, without a finish or an end', async () => {
    const crc = Buffer.from(eventStream([...broken, streams.delta(0, { text: 'lo' })]));
    crc[crc.length - 1] = (crc.at(-1) ?? 0) ^ 1;
    const cases: [Uint8Array, boolean, string, string][] = [
      [
        eventStream([...broken, streams.exception('modelStreamErrorException', 'No.')]),
        false,
        'upstream_error',
        'upstream_error_event',
      ],
      [crc, false, 'upstream_error', 'upstream_invalid'],
      [eventStream(broken), false, 'upstream_interrupted', 'truncated'],
      [eventStream(broken), true, 'upstream_interrupted', 'truncated'],
      [
        eventStream([...broken, streams.delta(0, { text: 'lo' })]).subarray(0, -1),
        false,
        'upstream_interrupted',
        'truncated',
      ],
    ];
    const { url, records } = await start();
    for (const [stream, resets, code, why] of cases) {
      Object.assign(bedrock, { stream, resets });
      const response = await chat(url, { body: { stream: true } });
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).toContain('"Hel"');
      expect(text).toContain(`"code":"${code}"`);
      expect(text).toContain(`(${why})`);
      expect(text).not.toMatch(/"lo"|\[DONE\]|finish_reason":"/);
      expect(records.at(-1)).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
    }
  });
});

test.each(['bedrock/..', 'bedrock/a?b', 'bedrock/x%2f'])(
  'a caller cannot leave the path by a name: %s',
  async (model) => {
    const { url } = await start();
    const response = await chat(url, { model });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param: 'model' } });
    expect(bedrock.requests).toEqual([]);
  },
);

test('C19 nobody fetches an image for a caller', async () => {
  const { url } = await start();
  const content = [{ type: 'image_url', image_url: { url: `${vllm.url}/secret.png` } }];
  const response = await chat(url, { body: { messages: [{ role: 'user', content }] } });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('data: URL') as string } });
  expect([...bedrock.requests, ...vllm.requests]).toEqual([]);
});
