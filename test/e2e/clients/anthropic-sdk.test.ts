/** Anthropic's client for Node.js against every protocol behind the router. */
import * as path from 'node:path';
import { LineProgram } from './line-program';
import { CLIENTS_FOLDER } from './places';
import { type Stage, openStage } from './stage';
import { type Target, targets } from './targets';

const CLOSES_WITHIN_MS = 5_000;
const TEXT = 'Three words, or more: 世界 🙂 and so on and on and on.';
const PLACES = ['Zürich', 'Bad Homburg vor der Höhe'];
const CALLS = PLACES.map((place) => ['weather', { place }]);
const ENDS = ['message_delta', 'message_stop'];

let stage: Stage;
let sdk: LineProgram;
beforeAll(async () => {
  stage = await openStage();
  sdk = new LineProgram(process.execPath, path.join(CLIENTS_FOLDER, 'anthropic-sdk.mjs'));
});
afterAll(async () => {
  await Promise.all([sdk?.stop(), stage?.close()]);
});

/** This client adds `/v1` itself. */
const ask = (what: string, model: string, more: object = {}): Promise<Record<string, unknown>> =>
  sdk.ask({ do: what, url: stage.url.replace(/\/v1$/, ''), key: stage.key, model, ...more });

const some = {
  text: expect.stringMatching(/./) as string,
  count: expect.any(Number) as number,
};

describe.each(targets.map((target): [string, Target] => [target.protocol, target]))('%s', (protocol, target) => {
  const { model } = target;
  afterEach(() => target.reset(stage));

  const says = (calls: readonly string[]): void =>
    target.calls(stage, ...calls.map((place) => ({ name: 'weather', arguments: { place } })));

  test('a whole message', async () => {
    target.says(stage, TEXT);
    const got = await ask('plain', model);
    expect(got).toMatchObject({
      ...{ type: 'message', role: 'assistant', text: TEXT, stop: 'end_turn', from: model },
      ...{ id: some.text, model: some.text, usage: { input_tokens: some.count, output_tokens: some.count } },
      requestID: some.text,
    });
    expect((got['usage'] as Record<string, number>)['output_tokens']).toBeGreaterThan(0);
  });

  test('a streamed message, event by event', async () => {
    target.says(stage, TEXT);
    const got = await ask('events', model);
    const types = (got['types'] as string[]).filter((type) => type !== 'ping');
    const deltas = types.filter((type) => type === 'content_block_delta');
    expect(got).toMatchObject({ text: TEXT });
    expect(deltas.length).toBeGreaterThan(3);
    expect(types).toEqual(['message_start', 'content_block_start', ...deltas, 'content_block_stop', ...ENDS]);
  });

  test('a streamed message by the helper that puts it together', async () => {
    target.says(stage, TEXT);
    const [whole, got] = [await ask('plain', model), await ask('stream', model)];
    expect(got).toMatchObject({ type: 'message', role: 'assistant', stop: 'end_turn', finished: true });
    expect(got).toMatchObject({ text: TEXT, content: [{ type: 'text', text: TEXT }] });
    expect(got['deltas']).toBeGreaterThan(3);
    // Both ways the same is counted.
    const { output_tokens: output } = whole['usage'] as Record<string, number>;
    expect(got).toMatchObject({ usage: { output_tokens: output } });
  });

  test('calls of tools, whole', async () => {
    says(PLACES);
    expect(await ask('tools', model)).toMatchObject({ calls: CALLS, stop: 'tool_use' });
  });

  test('calls of tools whose input is streamed, and the turn after them', async () => {
    says(PLACES);
    const got = await ask('tools-streamed', model);
    expect(got).toMatchObject({ calls: CALLS, stop: 'tool_use', finished: true });
    // Gemini sends a call's arguments at once.
    expect(got['pieces']).toBeGreaterThanOrEqual(protocol === 'gemini' ? 2 : 6);
    const { message } = got;
    const ids = (message as { content: { id?: string }[] }).content.flatMap(({ id }) => id ?? []);
    expect([ids.length, new Set(ids).size]).toEqual([2, 2]);

    target.says(stage, 'Sunny.');
    for (const streamed of [false, true]) {
      const after = await ask('results', model, { message, streamed });
      expect(after).toMatchObject({ text: 'Sunny.', calls: [], stop: 'end_turn' });
      // The calls, their ids and their results came along.
      const sent = target.lastBody(stage);
      for (const part of [...PLACES, 'sun']) expect(sent).toContain(part);
    }
  });

  test.each(['events', 'stream'])('an upstream that dies in the middle raises and never finishes (%s)', async (how) => {
    await target.breaksOff(stage, TEXT);
    const { error, text, types = [], finished = false } = await ask(how, model);
    expect(error).toMatchObject({
      ...{ class: 'APIError', type: 'api_error', code: 'upstream_interrupted' },
      message: expect.stringContaining('broke off') as string,
    });
    expect(text).not.toBe('');
    expect(TEXT.startsWith(text as string)).toBe(true);
    expect(types).not.toEqual(expect.arrayContaining([expect.stringMatching(/^message_(delta|stop)$/)]));
    expect(finished).toBe(false);
  });

  test.each(['an abort', 'a loop that is left'])('%s reaches the upstream', async (how) => {
    await target.streamsSlowly(stage);
    const upstream = target.left(stage);
    const before = upstream.aborted;
    const { types, error } = await ask('leave', model, { how });
    expect(types).not.toContain('message_stop');
    if (how === 'an abort') expect(error).toMatchObject({ class: 'APIUserAbortError' });
    else expect(error).toBeUndefined();
    await upstream.until(() => upstream.aborted > before, CLOSES_WITHIN_MS);
  });

  test.each(['plain', 'stream'])(
    'a busy upstream: it tries again as often as it is told, then raises (%s)',
    async (how) => {
      await target.refuses(stage, 429);
      expect(await ask(how, model, { retries: 2 })).toMatchObject({
        error: { class: 'RateLimitError', status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
        requests: 3,
      });
    },
  );

  test('an upstream with a fault of its own', async () => {
    await target.refuses(stage, 500);
    expect(await ask('plain', model)).toMatchObject({
      error: { class: 'InternalServerError', status: 502, type: 'api_error', code: 'upstream_error' },
      requests: 1,
    });
  });
});

describe('what the router itself says', () => {
  afterEach(() => stage.closed.setMode({ kind: 'ok' }));

  test.each([
    [
      'a wrong key',
      'plain',
      { key: 'hk_wrong' },
      { class: 'AuthenticationError', status: 401, type: 'authentication_error', code: 'invalid_api_key' },
    ],
    [
      'no such model',
      'plain',
      { model: 'nobody' },
      { class: 'NotFoundError', status: 404, type: 'not_found_error', code: 'model_not_found' },
    ],
    [
      'no such model, streamed',
      'stream',
      { model: 'nobody' },
      { class: 'NotFoundError', status: 404, type: 'not_found_error' },
    ],
    [
      'a body that is none',
      'bad-request',
      {},
      { class: 'BadRequestError', status: 400, type: 'invalid_request_error', param: 'messages' },
    ],
  ])('%s has its class, and is not tried again', async (_what, what, how, error) => {
    const got = await ask(what, 'claude', { retries: 2, ...how });
    expect(got).toMatchObject({ error: { ...error, requestID: some.text }, requests: 1 });
  });

  test('its models', async () => {
    expect(await ask('models', '')).toMatchObject({
      ids: expect.arrayContaining(targets.map(({ model }) => model)) as unknown,
      requests: 1,
    });
  });

  test('when to come again: the client waits that long and is answered', async () => {
    await stage.closed.setMode({ kind: 'status', status: 429, headers: { 'retry-after': '2' } });
    const before = stage.closed.requests.length;
    const startedMs = Date.now();
    const asked = ask('plain', 'claude', { retries: 1 });
    await stage.closed.until(() => stage.closed.requests.length > before);
    await stage.closed.setMode({ kind: 'ok' });
    expect(await asked).toMatchObject({ stop: 'end_turn', requests: 2 });
    expect(Date.now() - startedMs).toBeGreaterThan(1_900);
  });
});
