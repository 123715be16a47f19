/** A17–A20: the same streams through the response stream of Lambda, which tells nobody that a caller has gone. */
import { lambdaStreamHandler } from '../../lambda/router/fronts/lambda-stream';
import * as anthropic from '../chat/streams/anthropic';
import * as openai from '../chat/streams/openai';
import {
  type StreamingHandler,
  functionUrlEvent,
  installFakeLambda,
  invoke,
  restApiEvent,
  startInvocation,
} from '../support/fake-lambda';
import { KEY } from '../support/router';
import { MODELS, type World, framed, play, playEvents, playJson, send, startWorld } from './support';

let world: World;
let handler: StreamingHandler<object>;
let uninstall: () => void;

beforeAll(async () => {
  world = await startWorld(() => ({ budgets: { monthlyUsd: 1_000 } }));
  uninstall = installFakeLambda();
  handler = lambdaStreamHandler(world.router.router, { maxBodyBytes: 100_000 }) as StreamingHandler<object>;
});
afterAll(async () => {
  uninstall();
  await world.stop();
});

const CHAT = '/v1/chat/completions';
const event = (body: object, more: object = {}): object =>
  restApiEvent({
    method: 'POST',
    path: CHAT,
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hello' }], ...body }),
    ...more,
  });
const HELLO = openai.chunk({ delta: { content: 'Hello' } });

describe('A17 an answer that nobody may be reading any more', () => {
  test('is ended before the function is, and so is its request upstream', async () => {
    let onClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (onClosed = resolve));
    world.upstream.serve = async ({ response, gone }) => {
      gone.addEventListener('abort', onClosed);
      await send(response, framed('openai', [HELLO]));
    };
    const result = await invoke(handler, event({ stream: true }), { remainingMs: 31_000 });
    await closed;
    expect(result).toMatchObject({ statusCode: 200, ended: true, runtimeDied: false });
    expect(result.body.toString()).toContain('Hello');
    expect(result.body.toString()).toContain('deadline_exceeded');
    expect(result.body.toString()).not.toContain('[DONE]');
    expect(world.router.records.at(-1)).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
  });

  test('has a limit of tokens where money has one, also if the caller named none', async () => {
    world.upstream.serve = playEvents('openai', openai.text);
    await invoke(handler, event({ stream: true }));
    const { max_completion_tokens: limit } = world.upstream.requests.at(-1)?.body as Record<string, unknown>;
    expect(limit).toBeGreaterThan(0);
  });

  test('that breaks off upstream does not take the runtime along', async () => {
    world.upstream.serve = play([framed('openai', [HELLO])], { end: 'reset' });
    const result = await invoke(handler, event({ stream: true }));
    expect(result).toMatchObject({ ended: true, runtimeDied: false, error: undefined });
    expect(result.body.toString()).toContain('upstream_interrupted');
  });
});

test.each([
  [401, 502],
  [429, 429],
  [500, 502],
  [400, 400],
])('A18 status %i of the upstream gives a status of its own, not 200: streamed too', async (theirs, ours) => {
  world.upstream.serve = playJson({ error: { message: 'no', type: 'x' } }, { status: theirs });
  for (const stream of [false, true]) {
    const result = await invoke(handler, event({ stream }));
    expect([result.statusCode, result.headers['content-type']]).toEqual([ours, 'application/json']);
    expect(JSON.parse(result.body.toString())).toHaveProperty('error.code');
  }
});

test('A18 status and headers go out when the upstream has begun to answer, not before', async () => {
  let begin: () => void = () => undefined;
  const mayBegin = new Promise<void>((resolve) => (begin = resolve));
  const asked = new Promise<void>((resolve) => {
    world.upstream.serve = async (exchange) => {
      // The headers alone are no answer yet.
      exchange.response.flushHeaders();
      resolve();
      await mayBegin;
      await send(exchange.response, framed('openai', openai.text));
      exchange.response.end();
    };
  });
  const { stream, finished } = startInvocation(handler, event({ stream: true }));
  await asked;
  expect(stream.prelude).toBeUndefined();
  begin();
  expect((await finished).statusCode).toBe(200);
});

describe('A19 the stream is ended', () => {
  test.each<[string, string[]]>([
    ['nothing', []],
    ['only [DONE]', ['data: [DONE]\n\n']],
    ['only a comment', [': ping\n\n']],
    ['an event without a text', ['data:\n\n']],
  ])('where the upstream answers %s', async (_, pieces) => {
    for (const stream of [true, false]) {
      world.upstream.serve = play(pieces);
      const result = await invoke(handler, event({ stream }));
      expect(result).toMatchObject({ statusCode: 502, ended: true });
    }
  });

  test.each<[string, object]>([
    ['a body that is null', { ...event({}), body: null }],
    ['no body', functionUrlEvent({ method: 'POST', path: CHAT, headers: { authorization: `Bearer ${KEY}` } })],
    ['HEAD', restApiEvent({ method: 'HEAD', path: '/v1/models', headers: { authorization: `Bearer ${KEY}` } })],
    ['OPTIONS', restApiEvent({ method: 'OPTIONS', path: CHAT })],
    ['health', functionUrlEvent({ method: 'GET', path: '/health' })],
    ['no headers', { ...event({}), headers: null }],
  ])('for %s', async (_, one) => {
    const result = await invoke(handler, one);
    expect(result).toMatchObject({ ended: true, runtimeDied: false, error: undefined });
    // The prelude went out, so the status is the router's own.
    expect(result.preludeAtMs).toBeDefined();
  });
});

test.each(['openai', 'anthropic'] as const)(
  'A20 each event of %s is out before the next one comes',
  async (protocol) => {
    const words = Array.from({ length: 20 }, (_, at) => `word ${at} `);
    const head = {
      openai: [openai.ROLE],
      anthropic: [anthropic.messageStart(), anthropic.start(0, { type: 'text', text: '' })],
    };
    const event20 = (text: string): string =>
      protocol === 'openai'
        ? openai.chunk({ delta: { content: text } })
        : anthropic.delta(0, { type: 'text_delta', text });
    const tail = {
      openai: [openai.STOP, openai.DONE],
      anthropic: [anthropic.stop(0), anthropic.messageDelta('end_turn'), anthropic.MESSAGE_STOP],
    };
    let untilOut: (text: string) => Promise<void> = () => Promise.resolve();
    world.upstream.serve = async ({ response }) => {
      await send(response, framed(protocol, head[protocol]));
      for (const word of words) {
        await send(response, framed(protocol, [event20(word)]));
        await untilOut(word);
      }
      response.end(framed(protocol, tail[protocol]));
    };
    const { stream, finished } = startInvocation(handler, event({ model: MODELS[protocol], stream: true }));
    untilOut = (text) => stream.until(({ body }) => body.includes(text));
    expect((await finished).body.toString()).toContain('[DONE]');
  },
);
