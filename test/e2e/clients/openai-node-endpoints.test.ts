/** The official client for Node.js at what is no chat completion: responses, completions and embeddings. */
import OpenAI from 'openai';
import { type Stage, openStage } from './stage';
import { type Target, targets } from './targets';

const CLOSES_WITHIN_MS = 5_000;
const TEXT = 'Three words, or more: 世界 🙂 and so on and on and on.';
const PLACES = ['Zürich', 'Bad Homburg vor der Höhe'];
const CALLS = PLACES.map((place) => ['weather', { place }]);
const WEATHER: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'weather',
  description: 'The weather at a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
  strict: false,
};
const HELLO: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'hello' }];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

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

const byProtocol = targets.map((target): [string, Target] => [target.protocol, target]);

describe.each(byProtocol)('responses of %s', (protocol, target) => {
  const asking = { model: target.model, input: HELLO };
  const offering = { ...asking, tools: [WEATHER] };

  afterEach(() => target.reset(stage));

  const says = (places: readonly string[]): void =>
    target.calls(stage, ...places.map((place) => ({ name: 'weather', arguments: { place } })));

  test('a whole one', async () => {
    target.says(stage, TEXT);
    const { data, response, request_id: requestId } = await client().responses.create(asking).withResponse();
    expect(data).toMatchObject({ object: 'response', status: 'completed', output_text: TEXT, error: null });
    expect(data.usage?.output_tokens).toBeGreaterThan(0);
    expect(data.usage?.total_tokens).toBe((data.usage?.input_tokens ?? 0) + (data.usage?.output_tokens ?? 0));
    expect(response.headers.get('x-hybrid-model')).toBe(target.model);
    expect(requestId).toMatch(/./);
  });

  test('a streamed one, event by event', async () => {
    target.says(stage, TEXT);
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of await client().responses.create({ ...asking, stream: true })) events.push(event);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    const deltas = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []));
    expect(deltas.join('')).toBe(TEXT);
    expect(deltas.length).toBeGreaterThan(3);
    expect(events[0]?.type).toBe('response.created');
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'response.completed', response: { status: 'completed' } });
    if (last?.type === 'response.completed') expect(last.response.usage?.output_tokens).toBeGreaterThan(0);
  });

  test('a streamed one by the helper that puts it together', async () => {
    target.says(stage, TEXT);
    const stream = client().responses.stream(asking);
    let text = '';
    stream.on('response.output_text.delta', ({ delta, snapshot }) => {
      text += delta;
      expect(snapshot).toBe(text);
    });
    const final = await stream.finalResponse();
    expect(text).toBe(TEXT);
    expect(final).toMatchObject({ status: 'completed', output_text: TEXT });
    expect(final.usage?.output_tokens).toBeGreaterThan(0);
  });

  test('calls of functions, whole', async () => {
    says(PLACES);
    const { output, status } = await client().responses.create(offering);
    expect([status, callsOf(output)]).toEqual(['completed', CALLS]);
  });

  test('calls of functions whose arguments are streamed, and the turn after them', async () => {
    says(PLACES);
    const stream = client().responses.stream(offering);
    let pieces = 0;
    stream.on('response.function_call_arguments.delta', () => (pieces += 1));
    const { output } = await stream.finalResponse();
    expect(callsOf(output)).toEqual(CALLS);
    // Gemini sends a call's arguments at once.
    expect(pieces).toBeGreaterThanOrEqual(protocol === 'gemini' ? 2 : 6);

    target.says(stage, 'Sunny.');
    const results = output.flatMap((item): OpenAI.Responses.ResponseInputItem[] =>
      item.type === 'function_call' ? [{ type: 'function_call_output', call_id: item.call_id, output: 'sun' }] : [],
    );
    const input = [...HELLO, ...(output as OpenAI.Responses.ResponseInput), ...results];
    const after = await client().responses.create({ ...offering, input });
    expect(after.output_text).toBe('Sunny.');
    const streamed = await client()
      .responses.stream({ ...offering, input })
      .finalResponse();
    expect(streamed.output_text).toBe('Sunny.');
    for (const part of [...PLACES, 'sun']) expect(target.lastBody(stage)).toContain(part);
  });

  test('an upstream that dies in the middle: the stream raises and never finishes', async () => {
    await target.breaksOff(stage, TEXT);
    const types: string[] = [];
    let text = '';
    const reading = async (): Promise<void> => {
      for await (const event of await client().responses.create({ ...asking, stream: true })) {
        types.push(event.type);
        if (event.type === 'response.output_text.delta') text += event.delta;
      }
    };
    expect(await rejection(reading())).toMatchObject({
      code: 'upstream_interrupted',
      message: expect.stringContaining('broke off') as string,
    });
    expect(text).not.toBe('');
    expect(TEXT.startsWith(text)).toBe(true);
    expect(types.filter((type) => /^response\.(completed|incomplete|failed)$|done$/.test(type))).toEqual([]);
  });

  test('an upstream that dies in the middle: the helper raises', async () => {
    await target.breaksOff(stage, TEXT);
    const { message } = await rejection(client().responses.stream(asking).finalResponse());
    expect(message).toMatch(/broke off/);
  });

  test('a loop that is left reaches the upstream', async () => {
    await target.streamsSlowly(stage);
    const upstream = target.left(stage);
    const before = upstream.aborted;
    for await (const event of await client().responses.create({ ...asking, stream: true })) {
      expect(event.type).not.toBe('response.completed');
      if (event.type === 'response.output_text.delta') break;
    }
    await upstream.until(() => upstream.aborted > before, CLOSES_WITHIN_MS);
  });

  test('a busy upstream: the client tries again as often as it is told, then raises', async () => {
    await target.refuses(stage, 429);
    const error = await rejection(client({ maxRetries: 1 }).responses.create(asking));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error.status).toBe(429);
    expect(sent).toHaveLength(2);
  });
});

test.each([
  ['a wrong key', { apiKey: 'hk_wrong' }, {}, OpenAI.AuthenticationError, { status: 401, code: 'invalid_api_key' }],
  [
    'a model that is not there',
    {},
    { model: 'nobody' },
    OpenAI.NotFoundError,
    { status: 404, code: 'model_not_found' },
  ],
  ['a field that is none', {}, { input: 7 }, OpenAI.BadRequestError, { status: 400, param: 'input' }],
])('responses: %s', async (_what, options, change, kind, told) => {
  const body = { model: 'claude', input: 'hello', ...change } as OpenAI.Responses.ResponseCreateParamsNonStreaming;
  const error = await rejection(client({ maxRetries: 2, ...options }).responses.create(body));
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject(told);
  // A mistake stays one.
  expect(sent).toHaveLength(1);
});

describe('completions', () => {
  const llama = targets.find(({ protocol }) => protocol === 'vllm') as Target;
  const asking = { model: llama.model, prompt: 'Once' };
  afterEach(() => llama.reset(stage));

  test('a whole one', async () => {
    llama.says(stage, TEXT);
    const answer = await client().completions.create(asking);
    expect(answer).toMatchObject({ object: 'text_completion', choices: [{ text: TEXT, finish_reason: 'stop' }] });
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  });

  test('a streamed one, with its usage', async () => {
    llama.says(stage, TEXT);
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    const chunks: OpenAI.Completion[] = [];
    for await (const chunk of await client().completions.create({ ...asking, ...options })) chunks.push(chunk);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.map(({ text }) => text).join('')).toBe(TEXT);
    expect(choices.length).toBeGreaterThan(3);
    expect(choices.map((choice) => choice.finish_reason).filter((reason) => reason != null)).toEqual(['stop']);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) as number } });
  });

  test('a replica that dies in the middle: the stream raises and never finishes', async () => {
    await llama.breaksOff(stage, TEXT);
    const finishes: unknown[] = [];
    let text = '';
    const reading = async (): Promise<void> => {
      for await (const { choices } of await client().completions.create({ ...asking, stream: true })) {
        text += choices[0]?.text ?? '';
        if (choices[0]?.finish_reason != null) finishes.push(choices[0].finish_reason);
      }
    };
    expect((await rejection(reading())).message).toMatch(/broke off/);
    expect(text).not.toBe('');
    expect([TEXT.startsWith(text), finishes]).toEqual([true, []]);
  });

  test('of a model that only chats there are none', async () => {
    const error = await rejection(client().completions.create({ ...asking, model: 'claude' }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: 'no_capable_target' });
  });
});

describe('embeddings', () => {
  // By itself the client asks for base64 and hands out numbers.
  test.each([undefined, 'float', 'base64'] as const)('in the encoding %s', async (encoding) => {
    const asking = { model: 'vectors', input: ['a', 'four'], ...(encoding && { encoding_format: encoding }) };
    const { data, usage } = await client().embeddings.create(asking);
    const vectors: unknown[] = data.map(({ embedding }) => embedding);
    if (encoding === 'base64') expect(vectors).toEqual([expect.any(String), expect.any(String)]);
    else expect(vectors).toEqual([[1, -0.5], [4, -0.5]]); // prettier-ignore
    expect(usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
    expect(stage.lab.sent.at(-1)?.body).toMatchObject({ model: 'vectors-1', encoding_format: encoding ?? 'base64' });
  });

  test('of a model that chats there are none', async () => {
    const error = await rejection(client().embeddings.create({ model: 'llama', input: 'a' }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: 'no_capable_target' });
  });
});

function callsOf(output: readonly OpenAI.Responses.ResponseOutputItem[]): [name: string, args: unknown][] {
  return output.flatMap((item): [string, unknown][] => {
    if (item.type !== 'function_call') return [];
    expect(item.call_id).not.toBe('');
    return [[item.name, JSON.parse(item.arguments)]];
  });
}
