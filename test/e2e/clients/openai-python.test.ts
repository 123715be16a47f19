/** The official client for Python against every protocol behind the router. */
import * as path from 'node:path';
import { LineProgram } from './line-program';
import { venvProgram } from './python';
import { type Stage, openStage } from './stage';
import { type Target, targets } from './targets';

const CLOSES_WITHIN_MS = 1_000;
const TEXT = 'Three words, or more: 世界 🙂 and so on and on and on.';

let stage: Stage;
let python: LineProgram;
beforeAll(async () => {
  stage = await openStage();
  python = new LineProgram(venvProgram('python'), path.join(__dirname, 'openai_python.py'));
});
afterAll(async () => {
  await Promise.all([python.stop(), stage.close()]);
});

const ask = (what: string, model: string, more: object = {}): Promise<Record<string, unknown>> =>
  python.ask({ do: what, url: stage.url, key: stage.key, model, ...more });

describe.each(targets.map((target): [string, Target] => [target.protocol, target]))('%s', (_protocol, target) => {
  const { model } = target;
  afterEach(() => target.reset(stage));

  test('a plain answer', async () => {
    target.says(stage, TEXT);
    expect(await ask('plain', model)).toEqual({ text: TEXT, finish: 'stop', tokens: expect.any(Number) as number });
  });

  test('a streamed answer', async () => {
    target.says(stage, TEXT);
    const got = await ask('stream', model);
    expect(got).toMatchObject({ text: TEXT, finishes: ['stop'] });
    expect(got).not.toHaveProperty('error');
    expect(got['deltas']).toBeGreaterThan(3);
    expect(got['usage']).toBeGreaterThan(0);
  });

  test('a streamed answer by the helper that puts it together', async () => {
    target.says(stage, TEXT);
    const got = await ask('helper', model);
    expect(got).toMatchObject({ text: TEXT, finish: 'stop' });
    expect(got['deltas']).toBeGreaterThan(3);
  });

  test('calls of tools, whole and streamed', async () => {
    const places = ['Zürich', 'Bad Homburg vor der Höhe'];
    target.calls(stage, ...places.map((place) => ({ name: 'weather', arguments: { place } })));
    const wanted = { calls: places.map((place) => ['weather', { place }]), finish: 'tool_calls' };
    expect(await ask('tools', model)).toEqual(wanted);
    const streamed = await ask('tools-streamed', model);
    expect(streamed).toMatchObject(wanted);
    // Gemini sends a call's arguments at once.
    expect(streamed['pieces']).toBeGreaterThanOrEqual(target.protocol === 'gemini' ? 2 : 6);
  });

  test('an answer by schema, parsed, or the reason why there can be none', async () => {
    target.says(stage, '{"name":"Zürich","people":448664}');
    const got = await ask('schema', model);
    // This model of Bedrock has no answers by schema.
    if (target.protocol === 'bedrock') {
      return expect(got).toMatchObject({ error: { class: 'BadRequestError', code: 'no_capable_target' } });
    }
    expect(got).toEqual({ parsed: { name: 'Zürich', people: 448_664 } });
  });

  test('an upstream that dies in the middle: the stream raises and never finishes', async () => {
    await target.breaksOff(stage, TEXT);
    const got = await ask('stream', model);
    expect(got).toMatchObject({
      finishes: [],
      error: { class: 'APIError', message: expect.stringContaining('broke off') as string },
    });
    expect(got['text']).not.toBe('');
  });

  test('responses: whole, streamed, and by the helper', async () => {
    target.says(stage, TEXT);
    const whole = await ask('responses', model);
    expect(whole).toEqual({ text: TEXT, status: 'completed', tokens: expect.any(Number) as number });
    expect(whole['tokens']).toBeGreaterThan(0);
    const streamed = await ask('responses-stream', model);
    expect(streamed).toMatchObject({ text: TEXT, ends: [['response.completed', TEXT, whole['tokens']]] });
    expect(streamed).not.toHaveProperty('error');
    expect(streamed['deltas']).toBeGreaterThan(3);
    expect(streamed['numbers']).toEqual((streamed['numbers'] as number[]).map((_number, index) => index));
    expect(await ask('responses-helper', model)).toEqual({ text: TEXT, told: TEXT, status: 'completed' });
  });

  test('responses: calls of functions that are streamed, and the turn after them', async () => {
    const places = ['Zürich', 'Bad Homburg vor der Höhe'];
    target.calls(stage, ...places.map((place) => ({ name: 'weather', arguments: { place } })));
    const got = await ask('responses-tools', model);
    // It is asked the same, so it calls again.
    expect(got).toMatchObject({
      calls: places.map((place) => ['weather', { place }]),
      after: ['function_call', 'function_call'],
    });
    expect(got['pieces']).toBeGreaterThanOrEqual(target.protocol === 'gemini' ? 2 : 6);
    for (const part of [...places, 'sun']) expect(target.lastBody(stage)).toContain(part);
  });

  test('responses: an upstream that dies in the middle: the stream raises and never finishes', async () => {
    await target.breaksOff(stage, TEXT);
    const got = await ask('responses-stream', model);
    expect(got).toMatchObject({
      ends: [],
      error: { class: 'APIError', message: expect.stringContaining('broke off') as string },
    });
    expect(got['text']).not.toBe('');

    // A replica that died is gone for good.
    await target.reset(stage);
    await target.breaksOff(stage, TEXT);
    expect((await ask('responses-helper', model))['error']).toMatchObject({ class: 'APIError' });
  });

  test('a stream that is closed early is closed upstream', async () => {
    await target.streamsSlowly(stage);
    const upstream = target.left(stage);
    const before = upstream.aborted;
    await ask('leave', model);
    await upstream.until(() => upstream.aborted > before, CLOSES_WITHIN_MS);
  });

  test('a busy upstream, and one with a fault of its own', async () => {
    await target.refuses(stage, 429);
    expect(await ask('plain', model)).toMatchObject({
      error: { class: 'RateLimitError', status: 429, code: 'rate_limit_exceeded' },
    });
    await target.reset(stage);
    await target.refuses(stage, 500);
    expect(await ask('plain', model)).toMatchObject({
      error: { class: 'InternalServerError', status: 502, code: 'upstream_error' },
    });
  });
});

test.each([
  ['a wrong key', 'plain', { key: 'hk_wrong' }, { class: 'AuthenticationError', status: 401, code: 'invalid_api_key' }],
  ['no such model', 'plain', { model: 'nobody' }, { class: 'NotFoundError', status: 404, code: 'model_not_found' }],
  ['a body that is none', 'bad-request', {}, { class: 'BadRequestError', status: 400, param: 'messages' }],
])('%s has its class', async (_what, what, how, error) => {
  expect(await ask(what, 'gpt', { retries: 2, ...how })).toMatchObject({ error });
});

describe('completions', () => {
  const llama = targets.find(({ protocol }) => protocol === 'vllm') as Target;
  afterEach(() => llama.reset(stage));

  test('whole and streamed', async () => {
    llama.says(stage, TEXT);
    const whole = await ask('completions', llama.model);
    expect(whole).toEqual({ text: TEXT, finish: 'stop', tokens: expect.any(Number) as number });
    const streamed = await ask('completions-stream', llama.model);
    expect(streamed).toMatchObject({ text: TEXT, finishes: ['stop'] });
    expect(streamed).not.toHaveProperty('error');
    expect(streamed['pieces']).toBeGreaterThan(3);
  });

  test('a replica that dies in the middle: the stream raises and never finishes', async () => {
    await llama.breaksOff(stage, TEXT);
    const got = await ask('completions-stream', llama.model);
    expect(got).toMatchObject({
      finishes: [],
      error: { class: 'APIError', message: expect.stringContaining('broke off') as string },
    });
    expect(got['text']).not.toBe('');
  });
});

test('embeddings, in either encoding', async () => {
  const vectors = [[1, -0.5], [4, -0.5]]; // prettier-ignore
  expect(await ask('embeddings', 'vectors')).toEqual({ vectors: [vectors, vectors], tokens: 2 });
  expect(stage.lab.sent.map(({ body }) => body['encoding_format'])).toEqual(['base64', 'float']);
});

test('when to come again: the client waits that long and is answered', async () => {
  await stage.closed.setMode({ kind: 'status', status: 429, headers: { 'retry-after': '2' } });
  const before = stage.closed.requests.length;
  const startedMs = Date.now();
  const asked = ask('plain', 'gpt', { retries: 1 });
  await stage.closed.until(() => stage.closed.requests.length > before);
  await stage.closed.setMode({ kind: 'ok' });
  expect(await asked).toMatchObject({ finish: 'stop' });
  expect(Date.now() - startedMs).toBeGreaterThan(1_900);
});

test('its models', async () => {
  expect(await ask('models', '')).toEqual({
    ids: expect.arrayContaining(targets.map(({ model }) => model)) as unknown,
    one: 'claude',
  });
});
