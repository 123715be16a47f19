/** The official client for Node.js against every protocol behind the router. Its types are those of the repository's own. */
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { type Stage, openStage } from './stage';
import { type Target, targets } from './targets';

const CLOSES_WITHIN_MS = 1_000;
const TEXT = 'Three words, or more: 世界 🙂 and so on and on and on.';
const WEATHER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather at a place.',
    parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
  },
};
const HELLO: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'hello' }];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** Its requests, as it sent them. */
const sent: string[] = [];
const counted: typeof fetch = (input, init) => {
  sent.push(input instanceof Request ? input.url : input.toString());
  return fetch(input, init);
};
beforeEach(() => void (sent.length = 0));

const client = (options: ConstructorParameters<typeof OpenAI>[0] = {}): OpenAI =>
  new OpenAI({ baseURL: stage.url, apiKey: stage.key, maxRetries: 0, fetch: counted, ...options });

async function rejection(promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const outcome = await promise.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`did not fail: ${JSON.stringify(outcome.value)}`);
  expect(outcome.error).toBeInstanceOf(OpenAI.APIError);
  return outcome.error as InstanceType<typeof OpenAI.APIError>;
}

describe.each(targets.map((target): [string, Target] => [target.protocol, target]))('%s', (_protocol, target) => {
  const asking = { model: target.model, messages: HELLO };

  afterEach(() => target.reset(stage));

  test('a plain answer', async () => {
    target.says(stage, TEXT);
    const { data, response, request_id: requestId } = await client().chat.completions.create(asking).withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: TEXT } }],
    });
    expect(data.usage?.completion_tokens).toBeGreaterThan(0);
    expect(data.usage?.total_tokens).toBe((data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0));
    expect(response.headers.get('x-hybrid-model')).toBe(target.model);
    expect(requestId).toMatch(/./);
  });

  test('a streamed answer, chunk by chunk', async () => {
    target.says(stage, TEXT);
    const stream = await client().chat.completions.create({
      ...asking,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ''));
    expect(deltas.join('')).toBe(TEXT);
    expect(deltas.filter((delta) => delta !== '').length).toBeGreaterThan(3);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.flatMap(({ choices }) => choices.flatMap((choice) => choice.finish_reason ?? []))).toEqual(['stop']);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) as number } });
  });

  test('a streamed answer by the helper that puts it together', async () => {
    target.says(stage, TEXT);
    const stream = client().chat.completions.stream({ ...asking, stream_options: { include_usage: true } });
    expect(await stream.finalContent()).toBe(TEXT);
    expect((await stream.finalChatCompletion()).choices[0]?.finish_reason).toBe('stop');
    expect((await stream.totalUsage()).completion_tokens).toBeGreaterThan(0);
  });

  test('calls of tools, whole', async () => {
    target.calls(stage, { name: 'weather', arguments: { place: 'Zürich' } });
    const { choices } = await client().chat.completions.create({ ...asking, tools: [WEATHER] });
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(callsOf(choices[0]?.message)).toEqual([['weather', { place: 'Zürich' }]]);
  });

  test('calls of tools whose arguments are streamed, and the turn after them', async () => {
    target.calls(
      stage,
      { name: 'weather', arguments: { place: 'Zürich' } },
      { name: 'weather', arguments: { place: 'Bad Homburg vor der Höhe' } },
    );
    const stream = client().chat.completions.stream({ ...asking, tools: [WEATHER] });
    let pieces = 0;
    stream.on('tool_calls.function.arguments.delta', () => (pieces += 1));
    const { choices } = await stream.finalChatCompletion();
    const message = choices[0]?.message;
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(callsOf(message)).toEqual([
      ['weather', { place: 'Zürich' }],
      ['weather', { place: 'Bad Homburg vor der Höhe' }],
    ]);
    // Gemini sends a call's arguments at once.
    expect(pieces).toBeGreaterThanOrEqual(target.protocol === 'gemini' ? 2 : 6);

    target.says(stage, 'Sunny.');
    const results = (message?.tool_calls ?? []).map(({ id }): OpenAI.ChatCompletionToolMessageParam => ({
      role: 'tool',
      tool_call_id: id,
      content: 'sun',
    }));
    const after = await client().chat.completions.create({
      ...asking,
      tools: [WEATHER],
      messages: [...HELLO, message as OpenAI.ChatCompletionMessageParam, ...results],
    });
    expect(after.choices[0]?.message.content).toBe('Sunny.');
  });

  test('an upstream that dies in the middle: the stream raises and never finishes', async () => {
    await target.breaksOff(stage, TEXT);
    const finishes: unknown[] = [];
    let text = '';
    const reading = async (): Promise<void> => {
      const stream = await client().chat.completions.create({ ...asking, stream: true });
      for await (const { choices } of stream) {
        text += choices[0]?.delta.content ?? '';
        if (choices[0]?.finish_reason != null) finishes.push(choices[0].finish_reason);
      }
    };
    const { message } = await rejection(reading());
    expect(message).toMatch(/broke off/);
    expect(text).not.toBe('');
    expect(TEXT.startsWith(text)).toBe(true);
    expect(finishes).toEqual([]);
  });

  test('an upstream that dies in the middle: the helper raises', async () => {
    await target.breaksOff(stage, TEXT);
    const stream = client().chat.completions.stream(asking);
    const { message } = await rejection(stream.finalChatCompletion());
    expect(message).toMatch(/broke off/);
  });

  test('an answer by schema, parsed, or the reason why there can be none', async () => {
    const Place = z.object({ name: z.string(), people: z.number() });
    target.says(stage, '{"name":"Zürich","people":448664}');
    const asked = client().chat.completions.parse({ ...asking, response_format: zodResponseFormat(Place, 'place') });
    // This model of Bedrock has no answers by schema.
    if (target.protocol === 'bedrock') {
      return expect(await rejection(asked)).toMatchObject({ status: 400, code: 'no_capable_target' });
    }
    expect((await asked).choices[0]?.message.parsed).toEqual({ name: 'Zürich', people: 448_664 });
  });

  test.each(['an abort', 'a loop that is left'])('%s reaches the upstream', async (how) => {
    await target.streamsSlowly(stage);
    const upstream = target.left(stage);
    const before = upstream.aborted;
    const abort = new AbortController();
    const stream = await client().chat.completions.create({ ...asking, stream: true }, { signal: abort.signal });
    for await (const { choices } of stream) {
      expect(choices[0]?.finish_reason ?? null).toBeNull();
      if ((choices[0]?.delta.content ?? '') === '') continue;
      if (how === 'a loop that is left') break;
      abort.abort();
    }
    await upstream.until(() => upstream.aborted > before, CLOSES_WITHIN_MS);
  });

  test('a busy upstream: the client tries again as often as it is told, then raises', async () => {
    await target.refuses(stage, 429);
    const error = await rejection(client({ maxRetries: 1 }).chat.completions.create(asking));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(sent).toHaveLength(2);
  });

  test('an upstream with a fault of its own', async () => {
    await target.refuses(stage, 500);
    const error = await rejection(client().chat.completions.create(asking));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, code: 'upstream_error' });
    expect(sent).toHaveLength(1);
  });
});

describe('what the router itself says', () => {
  const asking = { model: 'gpt', messages: HELLO };
  afterEach(() => stage.closed.setMode({ kind: 'ok' }));

  test('a wrong key', async () => {
    const error = await rejection(client({ apiKey: 'hk_wrong' }).chat.completions.create(asking));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  test.each([false, true])('a model that is not there (streamed: %s)', async (stream) => {
    const error = await rejection(client().chat.completions.create({ ...asking, model: 'nobody', stream }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', type: expect.any(String) as string });
    expect(error.requestID).toMatch(/./);
  });

  test('a request that is none', async () => {
    const messages = 'hello' as unknown as typeof HELLO;
    const error = await rejection(client({ maxRetries: 2 }).chat.completions.create({ ...asking, messages }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, param: 'messages' });
    // A mistake stays one.
    expect(sent).toHaveLength(1);
  });

  test('when to come again: the client waits that long and is answered', async () => {
    await stage.closed.setMode({ kind: 'status', status: 429, headers: { 'retry-after': '2' } });
    const before = stage.closed.requests.length;
    const startedMs = Date.now();
    const asked = client({ maxRetries: 1 }).chat.completions.create(asking);
    await stage.closed.until(() => stage.closed.requests.length > before);
    await stage.closed.setMode({ kind: 'ok' });
    expect((await asked).choices[0]?.finish_reason).toBe('stop');
    expect(Date.now() - startedMs).toBeGreaterThan(1_900);
    expect(sent).toHaveLength(2);
  });

  test('a client that waits no longer leaves, and so does the router', async () => {
    await stage.closed.setMode({ kind: 'hang' });
    const before = stage.closed.aborted;
    const error = await rejection(client({ timeout: 1_000 }).chat.completions.create(asking));
    // Its kind for timeouts is lost on the way: jest's own `Error` is another one than that of the abort.
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    await stage.closed.until(() => stage.closed.aborted > before, CLOSES_WITHIN_MS);
  });

  test('its models', async () => {
    const ids: string[] = [];
    for await (const model of client().models.list()) {
      expect(model).toMatchObject({ object: 'model', owned_by: expect.any(String) as string });
      expect(Number.isInteger(model.created)).toBe(true);
      ids.push(model.id);
    }
    expect(ids).toEqual(expect.arrayContaining(targets.map(({ model }) => model)));
    expect(await client().models.retrieve('claude')).toMatchObject({ id: 'claude', object: 'model' });
    expect(await rejection(client().models.retrieve('nobody'))).toMatchObject({ status: 404, code: 'model_not_found' });
  });
});

function callsOf(message: OpenAI.ChatCompletionMessage | undefined): [name: string, args: unknown][] {
  return (message?.tool_calls ?? []).map((call) => {
    if (call.type !== 'function') throw new Error(`a call of type ${call.type}`);
    expect(call.id).not.toBe('');
    return [call.function.name, JSON.parse(call.function.arguments)];
  });
}
