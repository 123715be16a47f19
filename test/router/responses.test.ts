/** `POST /v1/responses` over real sockets: every kind of target, by the hub and by pass-through. */
import OpenAI from 'openai';
import { dataOf } from '../chat/support';
import { type FakeBedrock, startFakeBedrock } from '../support/fake-bedrock';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { type PartialConfig, configOf } from '../support/plans';
import { StreamCheck, wrongInResponse } from '../support/responses';
import { KEY, type RouterOptions, type TestRouter, startRouter } from '../support/router';

const SECRET = 'secret-of-the-role';
const CALL = '<tool_call>{"name": "weather", "arguments": {"city": "Zürich"}}</tool_call>';
const TOOLS = [
  {
    type: 'function',
    name: 'weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
] as const;
const ASKED = { role: 'user', content: 'How is the weather?' } as const;

type Json = Readonly<Record<string, unknown>>;

let fleet: FakeVllm;
let closed: FakeClosed;
let bedrock: FakeBedrock;
let router: TestRouter;

async function start(change: PartialConfig = {}, options: RouterOptions = {}): Promise<TestRouter> {
  const config = configOf({
    fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [fleet.url] } },
    providers: {
      anthropic: { secret: 'a/anthropic', baseUrl: closed.url },
      openai: { secret: 'a/openai', baseUrl: `${closed.url}/v1` },
      gemini: { secret: 'a/gemini', baseUrl: closed.url },
      bedrock: { baseUrl: bedrock.url },
    },
    models: {
      fast: { fleet: 'llama' },
      claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
      flash: { provider: 'gemini', model: 'gemini-3.5-flash-lite' },
      nova: { provider: 'bedrock', model: 'us.amazon.nova-2-lite-v1:0' },
      gpt: { provider: 'openai', model: 'gpt-4o' },
    },
    ...change,
  });
  const secrets = { 'a/anthropic': 'k', 'a/openai': 'secret-openai', 'a/gemini': 'k' };
  const credentials = (): Promise<{ accessKeyId: string; secretAccessKey: string }> =>
    Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET });
  router = await startRouter(config, { secrets, credentials, ...options });
  return router;
}

beforeEach(async () => {
  [fleet, closed, bedrock] = await Promise.all([
    startFakeVllm(),
    startFakeClosed(),
    startFakeBedrock({ region: 'us-east-1', secretAccessKey: () => SECRET }),
  ]);
});

afterEach(async () => {
  await router.close();
  await Promise.all([fleet.stop(), closed.stop(), bedrock.stop()]);
});

const ask = (body: Json, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${router.url}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'auto', input: 'hello', ...body }),
  });

const client = (): OpenAI => new OpenAI({ baseURL: router.url, apiKey: KEY, maxRetries: 0 });

interface Answered {
  readonly status: string;
  readonly model: string;
  readonly output: readonly {
    readonly type: string;
    readonly call_id?: string;
    readonly name?: string;
    readonly arguments?: string;
    readonly content?: readonly { readonly text: string }[];
  }[];
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

/** A valid response, however it came. */
async function answerOf(response: Response, stream: boolean): Promise<Answered> {
  expect(response.status).toBe(200);
  if (!stream) {
    const whole = (await response.json()) as Json;
    expect(wrongInResponse(whole)).toEqual([]);
    return whole as unknown as Answered;
  }
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const events = dataOf(await response.text());
  const { wrong, final } = new StreamCheck(events.includes('[DONE]') ? events : [...events, '[DONE]']);
  expect(wrong).toEqual([]);
  return final as unknown as Answered;
}

const textOf = ({ output }: Answered): string =>
  output.flatMap(({ content }) => content ?? []).map(({ text }) => text).join(''); // prettier-ignore

const TARGETS = [
  ['fast', 'llama/meta-llama/Llama-3.1-8B-Instruct'],
  ['claude', 'anthropic/claude-sonnet-5'],
  ['flash', 'gemini/gemini-3.5-flash-lite'],
  ['nova', 'bedrock/us.amazon.nova-2-lite-v1:0'],
  ['gpt', 'openai/gpt-4o'],
] as const;

describe.each(TARGETS)('%s', (model, target) => {
  test.each([false, true])('B27 answers (streamed: %s), is named, billed and recorded', async (stream) => {
    await start();
    const response = await ask({ model, stream, instructions: 'be brief' });
    const answer = await answerOf(response, stream);
    expect(answer.status).toBe('completed');
    expect(textOf(answer)).not.toBe('');
    expect(response.headers.get('x-hybrid-model')).toBe(model);
    expect(response.headers.get('x-hybrid-target')).toBe(target);
    const [record] = router.records;
    expect(record?.facts).toMatchObject({ endpoint: 'responses', stream });
    expect(record).toMatchObject({ outcome: 'answered', usageEstimated: false });
    expect(record?.usage).toMatchObject({
      promptTokens: answer.usage.input_tokens,
      completionTokens: answer.usage.output_tokens,
    });
  });
});

describe.each(['fast', 'claude', 'flash', 'gpt'])('a tool of %s', (model) => {
  test.each([false, true])('is called, and its result goes back (streamed: %s)', async (stream) => {
    await start();
    fleet.script = CALL;
    closed.script = CALL;
    const { output } = await answerOf(await ask({ model, stream, tools: TOOLS, input: [ASKED] }), stream);
    const call = output.find(({ type }) => type === 'function_call');
    expect(call).toMatchObject({ name: 'weather', status: 'completed' });
    expect(JSON.parse(call?.arguments ?? '')).toEqual({ city: 'Zürich' });

    fleet.script = 'It rains.';
    closed.script = 'It rains.';
    const result = { type: 'function_call_output', call_id: call?.call_id, output: 'rain' };
    const answer = await answerOf(
      await ask({ model, stream, tools: TOOLS, input: [ASKED, ...output, result] }),
      stream,
    );
    expect([answer.status, textOf(answer)]).toEqual(['completed', 'It rains.']);
    // Gemini's sealed thoughts come with the call and go back with it.
    if (model === 'flash')
      expect(JSON.stringify(closed.requests.at(-1)?.body)).toContain('"thoughtSignature":"ZmFrZQ=="');
  });
});

test("OpenAI's client: a whole answer, a stream of events, and a stream that is put together", async () => {
  await start();
  fleet.script = 'Hello there.';
  const body = { model: 'fast', input: 'hello' } as const;
  const whole = await client().responses.create(body);
  expect(whole.output_text).toBe('Hello there.');
  let text = '';
  for await (const event of await client().responses.create({ ...body, stream: true })) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  expect(text).toBe('Hello there.');
  const final = await client()
    .responses.stream({ ...body, tools: [] })
    .finalResponse();
  expect([final.output_text, final.status]).toEqual(['Hello there.', 'completed']);
});

test("OpenAI's client: a call, and the answer to its result", async () => {
  await start();
  closed.script = CALL;
  const tools = TOOLS.map((tool) => ({ ...tool, strict: false }));
  const first = await client().responses.create({ model: 'claude', tools, input: [ASKED] });
  const call = first.output.find((item) => item.type === 'function_call');
  closed.script = 'It rains.';
  const output = { type: 'function_call_output' as const, call_id: call?.call_id ?? '', output: 'rain' };
  const input = [ASKED, ...first.output, output] as OpenAI.Responses.ResponseInput;
  const second = await client().responses.stream({ model: 'claude', tools, input }).finalResponse();
  expect(second.output_text).toBe('It rains.');
});

test("OpenAI's client raises the error that ends a broken stream", async () => {
  await start();
  closed.script = 'one two three four five six';
  await closed.setMode({ kind: 'reset-mid-stream', afterEvents: 6 });
  const reading = client().responses.stream({ model: 'claude', input: 'a' }).finalResponse();
  await expect(reading).rejects.toMatchObject({ code: 'upstream_interrupted' });
});

describe.each(['claude', 'gpt'])('a stream of %s', (model) => {
  test('A8, A9 that is reset ends with an error of the next number and no end', async () => {
    await start();
    closed.script = 'one two three four five six';
    await closed.setMode({ kind: 'reset-mid-stream', afterEvents: 6 });
    const events = dataOf(await (await ask({ model, stream: true })).text());
    const { wrong, final } = new StreamCheck(events);
    expect([wrong, final]).toEqual([[], null]);
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({
      type: 'error',
      sequence_number: events.length - 1,
      code: 'upstream_interrupted',
    });
    expect(router.records[0]).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
  });

  test('that fails before it says anything is made good by the next model, with one beginning', async () => {
    await start({ routes: [{ name: 'default', to: [model, 'fast'] }] });
    await closed.setMode({ kind: 'error-event', afterEvents: model === 'gpt' ? 2 : 1 });
    const response = await ask({ stream: true });
    expect((await answerOf(response, true)).status).toBe('completed');
    expect(response.headers.get('x-hybrid-model')).toBe('fast');
  });
});

describe('OpenAI', () => {
  test('gets the request as it came, with what the router sets, and its answer comes back byte for byte', async () => {
    await start({ routes: [{ name: 'default', to: ['gpt'], cap: { maxTokens: 50 } }] });
    const body = { store: true, metadata: { task: 'extraction', a: 'b' }, max_output_tokens: 900, unknown_to_us: [1] };
    const response = await ask({ ...body, previous_response_id: 'resp_9', input: null });
    expect(await response.json()).toMatchObject({
      object: 'response',
      store: true,
      user: null,
      text: { verbosity: 'medium' },
    });
    const [request] = closed.requests;
    expect(request).toMatchObject({ path: '/v1/responses', headers: { authorization: 'Bearer secret-openai' } });
    expect(request?.body).toEqual({
      ...body,
      model: 'gpt-4o',
      input: null,
      previous_response_id: 'resp_9',
      max_output_tokens: 50,
      metadata: { a: 'b' },
    });
    expect(response.headers.get('x-hybrid-set-params')).toBe('max_tokens=50');
    expect(Number(response.headers.get('x-hybrid-cost-usd'))).toBeGreaterThan(0);
  });

  test('is told of no usage that was not asked for: its stream ends with its own last event', async () => {
    await start();
    const events = dataOf(await (await ask({ model: 'gpt', stream: true })).text());
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ type: 'response.completed' });
    expect(closed.requests[0]?.body).not.toHaveProperty('stream_options');
  });

  test('answers what names something stored there, which no other model can', async () => {
    await start({ routes: [{ name: 'default', to: ['fast', 'gpt'] }] });
    const stored = await ask({ previous_response_id: 'resp_9' });
    expect([stored.status, stored.headers.get('x-hybrid-model')]).toEqual([200, 'gpt']);
    expect(fleet.requests.filter(({ path }) => path.includes('completions'))).toEqual([]);
    const refused = await ask({ model: 'fast', previous_response_id: 'resp_9' });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: 'unsupported_parameter', param: 'previous_response_id', type: 'invalid_request_error' } },
    ]);
  });
});

describe('a request', () => {
  test.each<[string, Json, string]>([
    ['without an input', { input: null }, 'input'],
    ['for an answer later', { background: true }, 'background'],
    ['with a tool of OpenAI', { model: 'fast', tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [
      'with an image that is none',
      {
        model: 'claude',
        input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:image/tiff;base64,AA' }] }],
      },
      'input[0].content[0].image_url',
    ],
  ])('%s is refused, and the field is named', async (_name, body, param) => {
    await start();
    const response = await ask(body);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
    expect(closed.requests).toEqual([]);
  });

  test('says what was left out, by the names of this API', async () => {
    await start();
    const response = await ask({ model: 'claude', store: true, reasoning: { effort: 'low', summary: 'auto' } });
    expect(response.headers.get('x-hybrid-dropped-params')?.split(',').sort()).toEqual(['reasoning.summary', 'store']);
    expect(response.headers.get('x-hybrid-set-params')).toBe('max_output_tokens');
  });

  test('F1 with a card number in the output of a tool stays within its boundary', async () => {
    await start({ routes: [{ name: 'default', to: ['claude', 'fast'] }] });
    const call = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
    const output = { type: 'function_call_output', call_id: 'c1', output: 'card 4111 1111 1111 1111' };
    const response = await ask({ input: [ASKED, call, output] });
    expect(response.headers.get('x-hybrid-model')).toBe('fast');
    expect(closed.requests).toEqual([]);
    expect(router.records[0]?.facts?.detected).toMatchObject([{ where: 'input[2].output' }]);
  });

  test('of a provider that refuses it is told with its status', async () => {
    await start();
    await closed.setMode({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    for (const model of ['claude', 'gpt']) {
      const response = await ask({ model, stream: true });
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String) as string } });
    }
  });
});
