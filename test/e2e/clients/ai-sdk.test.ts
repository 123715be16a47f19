/** The AI SDK against every protocol behind the router. */
import * as path from 'node:path';
import { LineProgram } from './line-program';
import { CLIENTS_FOLDER } from './places';
import { type Stage, openStage } from './stage';
import { type Target, targets } from './targets';

const CLOSES_WITHIN_MS = 1_000;
const TEXT = 'Three words, or more: 世界 🙂 and so on and on and on.';

let stage: Stage;
let sdk: LineProgram;
beforeAll(async () => {
  stage = await openStage();
  sdk = new LineProgram(process.execPath, path.join(CLIENTS_FOLDER, 'ai-sdk.mjs'));
});
afterAll(async () => {
  await Promise.all([sdk.stop(), stage.close()]);
});

const ask = (what: string, model: string, more: object = {}): Promise<Record<string, unknown>> =>
  sdk.ask({ do: what, url: stage.url, key: stage.key, model, ...more });

describe.each(targets.map((target): [string, Target] => [target.protocol, target]))('%s', (_protocol, target) => {
  afterEach(() => target.reset(stage));

  test('generateText', async () => {
    target.says(stage, TEXT);
    const got = await ask('text', target.model);
    expect(got).toMatchObject({ text: TEXT, finish: 'stop' });
    expect(got['outputTokens']).toBeGreaterThan(0);
  });

  test('streamText', async () => {
    target.says(stage, TEXT);
    const got = await ask('stream', target.model);
    expect(got).toMatchObject({ text: TEXT, finish: 'stop', errors: [] });
    expect(got['deltas']).toBeGreaterThan(3);
  });

  test('streamText with tools', async () => {
    target.calls(
      stage,
      { name: 'weather', arguments: { place: 'Zürich' } },
      { name: 'weather', arguments: { place: 'Bad Homburg vor der Höhe' } },
    );
    const got = await ask('tools', target.model);
    expect(got).toMatchObject({
      calls: [
        ['weather', { place: 'Zürich' }],
        ['weather', { place: 'Bad Homburg vor der Höhe' }],
      ],
      finish: 'tool-calls',
      errors: [],
    });
    // Gemini sends a call's arguments at once.
    expect(got['inputDeltas']).toBeGreaterThanOrEqual(target.protocol === 'gemini' ? 2 : 6);
  });

  test('generateObject, or the reason why there can be none', async () => {
    target.says(stage, '{"place":"Zürich"}');
    const got = await ask('object', target.model);
    // This model of Bedrock has no answers by schema.
    if (target.protocol === 'bedrock') return expect(got).toMatchObject({ error: { status: 400, retryable: false } });
    expect(got).toEqual({ object: { place: 'Zürich' }, finish: 'stop' });
  });

  test('streamText of an upstream that dies in the middle ends in an error', async () => {
    await target.breaksOff(stage, TEXT);
    const got = await ask('stream', target.model);
    expect(got['errors']).toEqual([expect.stringContaining('broke off')]);
    expect(got['text']).not.toBe('');
    expect(got['finish']).toBe('error');
  });

  test('an abort reaches the upstream', async () => {
    await target.streamsSlowly(stage);
    const upstream = target.left(stage);
    const before = upstream.aborted;
    const got = await ask('abort', target.model);
    expect(got).toEqual({ last: 'abort', finished: false });
    await upstream.until(() => upstream.aborted > before, CLOSES_WITHIN_MS);
  });

  test('a busy upstream is tried again, then raised', async () => {
    await target.refuses(stage, 429, 1);
    const { error } = await ask('refused', target.model, { tries: 2 });
    expect(error).toMatchObject({ name: 'APICallError', tries: 2, status: 429, retryable: true });
  });
});

test.each([
  ['a wrong key', { key: 'hk_wrong' }, 401],
  ['a model that is not there', { model: 'nobody' }, 404],
])('%s is raised at once', async (_what, how, status) => {
  const { error } = await ask('refused', 'gpt', { tries: 3, ...how });
  expect(error).toMatchObject({ name: 'APICallError', tries: 1, status, retryable: false });
});
