/** Embeddings over real sockets. */
import OpenAI from 'openai';
import { configOf } from '../support/plans';
import { KEY, type TestRouter, startRouter } from '../support/router';
import { type ScriptedUpstream, asJson, startScriptedUpstream } from '../support/scripted-upstream';

const VECTORS = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5] }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 1_000, total_tokens: 1_000 },
};

let status = 200;
let openai: ScriptedUpstream;
let fleet: ScriptedUpstream;
let router: TestRouter;

beforeAll(async () => {
  [openai, fleet] = await Promise.all([
    startScriptedUpstream((sent, response) => {
      const body = status === 200 ? VECTORS : { error: { message: 'broken' } };
      asJson(body, status)(sent, response);
    }),
    startScriptedUpstream(asJson({ ...VECTORS, model: 'BAAI/bge-m3' })),
  ]);
  const config = configOf({
    fleets: { bge: { model: 'BAAI/bge-m3', kind: 'embed', context: 8_192, endpoints: [fleet.url] } },
    providers: { openai: { secret: 'a/openai', baseUrl: `${openai.url}/v1` }, gemini: { secret: 'a/gemini' } },
    models: {
      small: { provider: 'openai', model: 'text-embedding-3-small', fallback: ['bge'] },
      bge: { fleet: 'bge' },
      flash: { provider: 'gemini', model: 'gemini-3.5-flash-lite' },
      chat: { provider: 'openai', model: 'gpt-4o' },
    },
    routes: [
      { name: 'vectors', when: { endpoint: 'embeddings' }, to: ['bge'] },
      { name: 'default', to: ['chat'] },
    ],
    tenants: {},
  });
  router = await startRouter(config, { secrets: { 'a/openai': 'secret-openai' } });
});

afterAll(async () => {
  await router.close();
  await Promise.all([openai.stop(), fleet.stop()]);
});

beforeEach(() => {
  status = 200;
  openai.sent.length = 0;
  fleet.sent.length = 0;
  router.records.length = 0;
});

const ask = (body: object): Promise<Response> =>
  fetch(`${router.url}/embeddings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('vectors come back as they are, and their tokens are paid', async () => {
  const response = await ask({ model: 'small', input: ['a', 'b'], dimensions: 2, metadata: { task: 'coding' } });
  expect(await response.json()).toEqual(VECTORS);
  expect(openai.sent).toMatchObject([{ path: '/v1/embeddings' }]);
  expect(openai.sent[0]?.body).toEqual({ model: 'text-embedding-3-small', input: ['a', 'b'], dimensions: 2 });
  expect(response.headers.get('x-hybrid-cost-usd')).toBe('0.00002');
  expect(router.records).toMatchObject([
    { facts: { endpoint: 'embeddings' }, usage: { promptTokens: 1_000, completionTokens: 0 }, usageEstimated: false },
  ]);
});

test("OpenAI's own client gets numbers whatever the encoding", async () => {
  const client = new OpenAI({ baseURL: router.url, apiKey: KEY, maxRetries: 0 });
  const { data } = await client.embeddings.create({ model: 'small', input: 'a', encoding_format: 'float' });
  expect(data[0]?.embedding).toEqual([0.25, -0.5]);
});

test('a route for the endpoint leads to the fleet', async () => {
  const response = await ask({ model: 'auto', input: 'a' });
  expect(response.headers.get('x-hybrid-route')).toBe('vectors');
  expect(fleet.sent).toMatchObject([{ path: '/v1/embeddings', body: { model: 'BAAI/bge-m3', input: 'a' } }]);
});

test('vectors of other weights stand in for nobody', async () => {
  status = 500;
  const response = await ask({ model: 'small', input: 'a' });
  expect(response.status).toBe(502);
  expect(fleet.sent).toEqual([]);
  expect(router.records[0]?.decision?.chain).toMatchObject([{ use: true }, { use: false, reason: 'weights_differ' }]);
});

test.each(['flash', 'chat'])('%s makes no vectors', async (model) => {
  const response = await ask({ model, input: 'a' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: 'no_capable_target' } });
});

test('a target that rests is still the one whose vectors are wanted', async () => {
  status = 500;
  await ask({ model: 'small', input: 'a' });
  status = 200;
  const response = await ask({ model: 'small', input: 'a' });
  expect(response.headers.get('x-hybrid-model')).toBe('small');
  expect(fleet.sent).toEqual([]);
});

test('a model of vectors does not chat', async () => {
  const response = await fetch(`${router.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'bge', messages: [{ role: 'user', content: 'a' }] }),
  });
  expect(await response.json()).toMatchObject({ error: { code: 'no_capable_target' } });
});

test.each<[string, object, string]>([
  ['no input', {}, 'input'],
  ['an input that is none', { input: 7 }, 'input'],
  ['a stream', { input: 'a', stream: true }, 'stream'],
])('%s is a mistake', async (_, body, param) => {
  const response = await ask({ model: 'small', ...body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param } });
});

test('what stands in the input is looked at', async () => {
  const response = await ask({ model: 'small', input: ['a', 'card 4111 1111 1111 1111'] });
  expect(response.status).toBe(400);
  expect(router.records[0]?.facts?.detected).toMatchObject([{ detector: 'card', where: 'input[1]' }]);
  expect(openai.sent).toEqual([]);
});
