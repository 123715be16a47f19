/** Plain completions over real sockets: text on, and text into a gap. */
import OpenAI from 'openai';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { configOf } from '../support/plans';
import { KEY, type TestRouter, startRouter } from '../support/router';
import { type ScriptedUpstream, asJson, startScriptedUpstream } from '../support/scripted-upstream';
import { readEvents } from '../support/sse';

let vllm: FakeVllm;
let lab: ScriptedUpstream;
let router: TestRouter;

beforeAll(async () => {
  const answer = { id: 'c', object: 'text_completion', choices: [{ index: 0, text: ' x', finish_reason: 'stop' }] };
  [vllm, lab] = await Promise.all([
    startFakeVllm({
      script: 'return a + b',
      models: ['Qwen/Qwen2.5-Coder-7B-Instruct', 'meta-llama/Llama-3.1-8B-Instruct'],
    }),
    startScriptedUpstream(asJson({ ...answer, usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } })),
  ]);
  const config = configOf({
    fleets: {
      coder: { model: 'Qwen/Qwen2.5-Coder-7B-Instruct', context: 16_384, endpoints: [vllm.url] },
      llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', context: 16_384, endpoints: [vllm.url] },
    },
    providers: { anthropic: { secret: 'a/anthropic' }, lab: { baseUrl: `${lab.url}/v1`, protocol: 'openai' } },
    models: {
      coder: { fleet: 'coder' },
      fast: { fleet: 'llama', fallback: ['coder'] },
      lab: {
        provider: 'lab',
        model: 'fim-model',
        price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 2 },
      },
      claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
    },
    routes: [{ name: 'default', to: ['claude', 'fast'] }],
  });
  router = await startRouter(config);
});

afterAll(async () => {
  await router.close();
  await Promise.all([vllm.stop(), lab.stop()]);
});

beforeEach(() => {
  lab.sent.length = 0;
  router.records.length = 0;
});

const ask = (body: object): Promise<Response> =>
  fetch(`${router.url}/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('text goes on, and its tokens are booked', async () => {
  const response = await ask({ model: 'coder', prompt: 'def add(a, b):', max_tokens: 20 });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-hybrid-target')).toBe('coder/Qwen/Qwen2.5-Coder-7B-Instruct');
  expect(await response.json()).toMatchObject({
    object: 'text_completion',
    choices: [{ text: 'return a + b', finish_reason: 'stop' }],
  });
  expect(router.records).toMatchObject([
    {
      outcome: 'answered',
      facts: { endpoint: 'completions' },
      usage: { completionTokens: expect.any(Number) as number },
    },
  ]);
});

test("streamed by OpenAI's own client", async () => {
  const client = new OpenAI({ baseURL: router.url, apiKey: KEY, maxRetries: 0 });
  let text = '';
  let finish: string | null = null;
  for await (const { choices } of await client.completions.create({ model: 'coder', prompt: 'def', stream: true })) {
    text += choices[0]?.text ?? '';
    finish = choices[0]?.finish_reason ?? finish;
  }
  expect({ text, finish }).toEqual({ text: 'return a + b', finish: 'stop' });
  expect(router.records).toMatchObject([{ usageEstimated: false, finish: 'stop' }]);
});

test('a stream that breaks off ends in an error event', async () => {
  vllm.endWithoutDone = true;
  try {
    const response = await ask({ model: 'coder', prompt: 'def', stream: true });
    const events = await readEvents(response);
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_interrupted' } });
    expect(events).not.toContain('[DONE]');
  } finally {
    vllm.endWithoutDone = false;
  }
});

test("a suffix is written with the model's own marks, since its engine takes none", async () => {
  const before = vllm.requests.length;
  const response = await ask({ model: 'coder', prompt: 'def {suffix}(', suffix: '):\n  pass', max_tokens: 9 });
  expect(response.status).toBe(200);
  const sent = vllm.requests[before]?.body as { prompt: string; suffix?: string };
  expect(sent.prompt).toBe('<|fim_prefix|>def {suffix}(<|fim_suffix|>):\n  pass<|fim_middle|>');
  expect(sent).not.toHaveProperty('suffix');
});

test('a model that was not taught to is passed over', async () => {
  const response = await ask({ model: 'fast', prompt: 'def', suffix: 'pass' });
  expect(response.headers.get('x-hybrid-model')).toBe('coder');
  expect(router.records[0]?.decision?.chain[0]).toMatchObject({ model: 'fast', reason: 'suffix_unsupported' });
});

test('a provider gets the suffix as it is', async () => {
  const response = await ask({ model: 'lab', prompt: 'def', suffix: 'pass', n: 1, best_of: 1 });
  expect(await response.json()).toMatchObject({ choices: [{ text: ' x' }] });
  expect(lab.sent).toMatchObject([
    { path: '/v1/completions', body: { model: 'fim-model', prompt: 'def', suffix: 'pass' } },
  ]);
  expect(response.headers.get('x-hybrid-cost-usd')).toBe('0.000005');
});

test('models of other protocols do not serve it', async () => {
  const auto = await ask({ model: 'auto', prompt: 'def' });
  expect(auto.headers.get('x-hybrid-model')).toBe('fast');
  const named = await ask({ model: 'claude', prompt: 'def' });
  expect(named.status).toBe(400);
  expect(await named.json()).toMatchObject({
    error: { code: 'no_capable_target', message: expect.stringContaining('endpoint_unsupported') as string },
  });
});

test.each<[string, object, string]>([
  ['no prompt', {}, 'prompt'],
  ['a prompt that is none', { prompt: 7 }, 'prompt'],
  ['a suffix that is no text', { prompt: 'a', suffix: 1 }, 'suffix'],
  ['a suffix beside a prompt in tokens', { prompt: [1, 2], suffix: 'a' }, 'suffix'],
  ['no limit', { prompt: 'a', max_tokens: 0 }, 'max_tokens'],
])('%s is a mistake', async (_, body, param) => {
  const response = await ask({ model: 'coder', ...body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param } });
});

test('what stands in prompt and suffix is looked at', async () => {
  const card = '4111 1111 1111 1111';
  await ask({ model: 'coder', prompt: card });
  await ask({ model: 'coder', prompt: 'a', suffix: card });
  await ask({ model: 'coder', prompt: ['a', card] });
  for (const record of router.records) expect(record.decision?.class.value).toBe('restricted');
  expect(router.records.map(({ facts }) => facts?.detected[0]?.where)).toEqual(['prompt', 'suffix', 'prompt[1]']);
});

test('several prompts are several answers, for what is set aside', async () => {
  await ask({ model: 'lab', prompt: ['a', 'b'], n: 2, best_of: 3, max_tokens: 5 });
  expect(router.records[0]?.facts).toMatchObject({ choices: 6, maxTokens: 5 });
});
