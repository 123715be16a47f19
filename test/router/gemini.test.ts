/** The router over real sockets with a fake Gemini behind it. */
import type { JsonObject } from '../../lib/chat/dialect';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type PartialConfig, configOf } from '../support/plans';
import { type TestRouter, chat, startRouter } from '../support/router';
import { readEvents } from '../support/sse';
import { called, finish, said, saidText } from '../chat/streams/gemini';

const KEY = 'secret-gemini';
const FLASH = 'gemini-3.5-flash-lite';
const CALL = '<tool_call>{"name": "weather", "arguments": {"city": "Zürich"}}</tool_call>';
const TOOLS = [{ type: 'function', function: { name: 'weather' } }];

interface Choice {
  readonly delta: { readonly content?: string; readonly tool_calls?: readonly JsonObject[] };
  readonly finish_reason: string | null;
}

let gemini: FakeClosed;
let other: FakeClosed;
let router: TestRouter;

async function start(change: PartialConfig = {}): Promise<TestRouter> {
  const config = configOf({
    fleets: {},
    providers: {
      gemini: { secret: 'a/gemini', baseUrl: gemini.url },
      openai: { secret: 'a/openai', baseUrl: `${other.url}/v1` },
    },
    models: {
      flash: { provider: 'gemini', model: FLASH, fallback: ['gpt'] },
      gpt: { provider: 'openai', model: 'gpt-4o' },
      'gemini/*': { provider: 'gemini' },
    },
    routes: [{ name: 'default', to: ['flash'] }],
    ...change,
  });
  router = await startRouter(config, { secrets: { 'a/gemini': KEY, 'a/openai': 'secret-openai' } });
  return router;
}

beforeEach(async () => {
  [gemini, other] = await Promise.all([startFakeClosed(), startFakeClosed()]);
});

afterEach(async () => {
  await router.close();
  await Promise.all([gemini.stop(), other.stop()]);
});

const choicesOf = (events: readonly string[]): Choice[] =>
  events.slice(0, -1).flatMap((event) => (JSON.parse(event) as { choices: Choice[] }).choices);

test("Gemini's models answer in the form of the caller, at the path of the model, with the key in a header", async () => {
  const { url, records } = await start();
  const response = await chat(url, { model: 'flash', body: { seed: 7, user: 'u' } });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    object: 'chat.completion',
    choices: [{ message: { role: 'assistant' }, finish_reason: 'stop' }],
  });
  expect(response.headers.get('x-hybrid-target')).toBe(`gemini/${FLASH}`);
  expect(response.headers.get('x-hybrid-dropped-params')).toBe('user');
  const [request] = gemini.requests;
  expect(request).toMatchObject({
    path: `/v1beta/models/${FLASH}:generateContent`,
    query: '',
    headers: { 'x-goog-api-key': KEY },
    body: { generationConfig: { seed: 7 }, contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
  });
  expect(request?.headers.authorization).toBeUndefined();
  expect(records[0]?.attempts).toHaveLength(1);
});

test('D3, D4 thoughts cost as output, and a stream costs what a whole answer does', async () => {
  gemini.script = 'One two three four five six seven eight nine ten eleven twelve thirteen fourteen.';
  const { url, records } = await start();
  const { usage } = (await (await chat(url, { model: 'flash' })).json()) as {
    usage: { prompt_tokens: number; completion_tokens: number };
  };
  const body = { stream: true, stream_options: { include_usage: true } };
  const events = await readEvents(await chat(url, { model: 'flash', body }));
  const { reasoning_tokens: thoughts } = (
    JSON.parse(events.at(-2) ?? '') as { usage: { completion_tokens_details: { reasoning_tokens: number } } }
  ).usage.completion_tokens_details;
  expect(thoughts).toBeGreaterThan(0);
  const costUsd = (usage.prompt_tokens * 0.3 + usage.completion_tokens * 2.5) / 1e6;
  expect(records.map((record) => record.costUsd)).toEqual([expect.closeTo(costUsd, 12), expect.closeTo(costUsd, 12)]);
  expect(records.map(({ usageEstimated }) => usageEstimated)).toEqual([false, false]);
});

test('an answer is streamed with one finish reason and [DONE]', async () => {
  const { url } = await start();
  const events = await readEvents(await chat(url, { model: 'flash', body: { stream: true } }));
  expect(gemini.requests[0]).toMatchObject({
    path: `/v1beta/models/${FLASH}:streamGenerateContent`,
    query: '?alt=sse',
  });
  expect(events.at(-1)).toBe('[DONE]');
  const choices = choicesOf(events);
  expect(choices.map(({ delta }) => delta.content ?? '').join('')).not.toBe('');
  expect(choices.flatMap(({ finish_reason: reason }) => reason ?? [])).toEqual(['stop']);
});

test.each([true, false])(
  'B5, B16, B17, C24 a tool call comes with its signature and goes back with it (stream: %s)',
  async (stream) => {
    gemini.script = CALL;
    const { url } = await start();
    const response = await chat(url, { model: 'flash', body: { stream, tools: TOOLS } });
    const [choice] = stream
      ? choicesOf(await readEvents(response)).map(({ delta }) => delta)
      : ((await response.json()) as { choices: { message: Choice['delta'] }[] }).choices.map(({ message }) => message);
    const call = choice?.tool_calls?.[0] ?? {};
    expect(call).toMatchObject({ extra_content: { google: { thought_signature: 'ZmFrZQ==' } } });

    const given = { id: call['id'], type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } };
    const messages = [
      { role: 'user', content: 'How is the weather?' },
      { role: 'assistant', content: null, tool_calls: [{ ...given, extra_content: call['extra_content'] }] },
      { role: 'tool', tool_call_id: call['id'], content: 'rain' },
    ];
    expect((await chat(url, { model: 'flash', body: { messages, tools: TOOLS } })).status).toBe(200);
    expect(gemini.requests.at(-1)?.body).toMatchObject({
      contents: [
        { role: 'user' },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'weather', args: { city: 'Zürich' } }, thoughtSignature: 'ZmFrZQ==' }],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'rain' } } }] },
      ],
    });
  },
);

test('B14, B15 a call without arguments and one whose arguments come in pieces have whole ones', async () => {
  const { url } = await start();
  gemini.replay([
    said(called({ name: 'a' })),
    said(called({ name: 'b', willContinue: true })),
    said(called({ partialArgs: [{ jsonPath: '$.x', stringValue: 'y' }], willContinue: true })),
    said(called({})),
    finish('STOP'),
  ]);
  const choices = choicesOf(await readEvents(await chat(url, { model: 'flash', body: { stream: true } })));
  const args = choices
    .flatMap(({ delta }) => delta.tool_calls ?? [])
    .map((call) => (call['function'] as JsonObject)['arguments']);
  expect(args).toEqual(['', '{}', '', '{"x":"y"}']);
});

test('B20 several answers are asked for and given', async () => {
  const { url } = await start();
  const { choices } = (await (await chat(url, { model: 'flash', body: { n: 2 } })).json()) as {
    choices: { index: number; message: { content: string } }[];
  };
  expect(choices.map(({ index }) => index)).toEqual([0, 1]);
  expect(choices[0]?.message.content).not.toBe(choices[1]?.message.content);
});

test('C13 JSON is asked for by its media type', async () => {
  const { url } = await start();
  const body = { response_format: { type: 'json_object' } };
  expect((await chat(url, { model: 'flash', body })).headers.get('x-hybrid-model')).toBe('flash');
  expect(gemini.requests[0]?.body).toMatchObject({ generationConfig: { responseMimeType: 'application/json' } });
});

test('F8 an image by its address goes to a model that takes it, and is refused where there is none', async () => {
  const { url } = await start();
  const content = [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }];
  const body = { messages: [{ role: 'user', content }] };
  const elsewhere = await chat(url, { model: 'flash', body });
  expect([elsewhere.status, elsewhere.headers.get('x-hybrid-model')]).toEqual([200, 'gpt']);
  const refused = await chat(url, { model: `gemini/${FLASH}`, body });
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { code: 'unsupported_parameter', param: 'messages[0].content[0].image_url.url' } },
  ]);
  expect(gemini.requests).toEqual([]);
});

test('a name that a caller made up stays within its segment of the path', async () => {
  const { url } = await start();
  await (await chat(url, { model: 'gemini/../../v1/chat/completions?x=1#' })).text();
  expect(gemini.requests.map(({ path, query }) => path + query)).toEqual([
    '/v1beta/models/..%2F..%2Fv1%2Fchat%2Fcompletions%3Fx%3D1%23:generateContent',
  ]);
});

describe('a failure', () => {
  test('E1 of a used-up quota goes to the next target, or tells the wait that the body names', async () => {
    const { url } = await start();
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }];
    const body = { error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details } };
    await gemini.setMode({ kind: 'status', status: 429, body });
    expect((await chat(url, { model: 'flash' })).headers.get('x-hybrid-model')).toBe('gpt');
    const alone = await chat(url, { model: `gemini/${FLASH}` });
    expect([alone.status, alone.headers.get('retry-after')]).toEqual([429, '35']);
  });

  test("of the deployment's own key is not the caller's mistake", async () => {
    const { url } = await start();
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
    const body = { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details } };
    await gemini.setMode({ kind: 'status', status: 400, body });
    const response = await chat(url, { model: `gemini/${FLASH}` });
    expect([response.status, await response.json()]).toMatchObject([502, { error: { code: 'upstream_error' } }]);
  });

  test('E3, B5 by a broken tool call before any part of the answer goes to the next target', async () => {
    const { url } = await start();
    gemini.replay([said(saidText('')), finish('MALFORMED_FUNCTION_CALL')]);
    const response = await chat(url, { model: 'flash', body: { stream: true } });
    expect(response.headers.get('x-hybrid-model')).toBe('gpt');
    expect((await readEvents(response)).at(-1)).toBe('[DONE]');
  });

  test.each<[string, Parameters<FakeClosed['setMode']>[0], string]>([
    ['A8 a reset', { kind: 'reset-mid-stream', afterEvents: 3 }, 'upstream_interrupted'],
    ['A10 an error event', { kind: 'error-event', afterEvents: 3, status: 503 }, 'upstream_error'],
  ])('in the middle is an error event without finish reason and [DONE]: %s', async (_name, mode, code) => {
    gemini.script = 'One two three four five six.';
    const { url } = await start();
    await gemini.setMode(mode);
    const events = await readEvents(await chat(url, { model: 'flash', body: { stream: true } }));
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code } });
    expect(events).not.toContain('[DONE]');
    expect(choicesOf(events).flatMap(({ finish_reason: reason }) => reason ?? [])).toEqual([]);
  });

  test('A9 by a stream that closes without a finish reason is an error event', async () => {
    const { url, records } = await start();
    gemini.replay([said(saidText('x'))]);
    const events = await readEvents(await chat(url, { model: 'flash', body: { stream: true } }));
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_interrupted' } });
    expect(events).not.toContain('[DONE]');
    expect(records[0]).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
  });
});
