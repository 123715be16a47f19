/** How the fake vLLM drains, hangs, aborts and dies: what is known of the real one's shutdown, and of lost instances. */
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { chunksOf, isDone, json, send, type Reply, type Sent } from './fake-vllm/client';
import { startFakeVllm, type FakeVllm, type FakeVllmOptions } from './fake-vllm';

interface Choice {
  delta?: { content?: string };
  message?: { content: string };
  text?: string;
  finish_reason: string | null;
}

const choicesOf = (reply: Reply): Choice[] =>
  (chunksOf(reply.text) as { choices: Choice[] }[]).flatMap(({ choices }) => choices);
const finishes = (reply: Reply): (string | null)[] =>
  choicesOf(reply)
    .map(({ finish_reason }) => finish_reason)
    .filter((reason) => reason !== null);

describe('the fake vLLM in trouble', () => {
  let fake: FakeVllm;

  async function start(options: FakeVllmOptions = {}): Promise<void> {
    fake = await startFakeVllm(options);
  }

  const chat = (body: object = {}, sent: Sent = {}): Promise<Reply> =>
    send(`${fake.url}/v1/chat/completions`, {
      body: { messages: [{ role: 'user', content: 'Go.' }], ...body },
      ...sent,
    });
  const streamed = (sent: Sent = {}): Promise<Reply> => chat({ stream: true }, sent);

  /** A stream of which the first tokens have arrived; `reply` is the whole of it. */
  async function runningStream(): Promise<{ reply: Promise<Reply> }> {
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const reply = streamed({ onText: (text) => (chunksOf(text).length > 2 ? arrived() : undefined) });
    await first;
    return { reply };
  }

  afterEach(() => fake.stop());

  describe('draining', () => {
    it('finishes what runs, gives abort outputs to what comes, and keeps /health at 200', async () => {
      await start({ tokenDelayMs: 1 });
      const running = await runningStream();
      const drained = fake.drain();
      expect(finishes(await streamed())).toEqual(['abort']);
      const whole = await chat();
      expect([whole.status, json(whole)]).toMatchObject([
        200,
        { choices: [{ message: { content: '' }, finish_reason: 'abort' }], usage: { completion_tokens: 0 } },
      ]);
      const completion = await send(`${fake.url}/v1/completions`, { body: { prompt: 'x' } });
      expect(json(completion)).toMatchObject({ choices: [{ text: '', finish_reason: 'abort' }] });
      expect(await send(`${fake.url}/health`)).toMatchObject({ status: 200 });
      expect(finishes(await running.reply)).toEqual(['stop']);
      await drained;
      expect(fake.running).toBe(0);
    });

    it('can keep silent of the abort in a stream, as the real generators do of empty outputs', async () => {
      await start();
      fake.emptyAbort = 'silent';
      await fake.drain();
      const reply = await streamed();
      expect([reply.status, choicesOf(reply).length, finishes(reply), isDone(reply.text)]).toEqual([200, 1, [], true]);
    });

    it('is over after revive', async () => {
      await start();
      await fake.drain();
      await fake.revive();
      expect(finishes(await streamed())).toEqual(['stop']);
    });
  });

  it('aborts what runs and what waits at once when it is not given time', async () => {
    await start({ tokenDelayMs: 1, maxNumSeqs: 1 });
    const running = await runningStream();
    const waiting = streamed();
    await fake.until(() => fake.waiting === 1);
    fake.tokenDelayMs = 60_000;
    fake.abort();
    const reply = await running.reply;
    expect([finishes(reply), isDone(reply.text), reply.complete]).toEqual([['abort'], true, true]);
    expect(finishes(await waiting)).toEqual(['abort']);
    expect(finishes(await streamed())).toEqual(['abort']);
    fake.tokenDelayMs = 0;
    await fake.revive();
    expect(finishes(await streamed())).toEqual(['stop']);
  });

  it('does nothing on a SIGTERM that is lost', async () => {
    await start({ tokenDelayMs: 1 });
    fake.loseSigterm = true;
    const running = await runningStream();
    fake.abort();
    await fake.drain();
    expect(finishes(await running.reply)).toEqual(['stop']);
    expect(finishes(await streamed())).toEqual(['stop']);
  });

  it('hangs with a healthy face: tokens stand still, requests are accepted', async () => {
    await start({ tokenDelayMs: 1 });
    const running = await runningStream();
    fake.hang();
    const late = streamed();
    await fake.until(() => fake.running === 2);
    const before = fake.generatedTokens;
    expect(await send(`${fake.url}/health`)).toMatchObject({ status: 200 });
    expect(await send(`${fake.url}/metrics`)).toMatchObject({ status: 200 });
    expect(fake.generatedTokens).toBe(before);
    await fake.revive();
    expect(finishes(await running.reply)).toEqual(['stop']);
    expect(finishes(await late)).toEqual(['stop']);
  });

  it('is killed like a lost instance, and comes back on the same port', async () => {
    await start({ tokenDelayMs: 1 });
    const agent = new Agent({ keepAlive: true });
    await send(`${fake.url}/health`, { agent });
    const running = await runningStream();
    const { port } = fake;
    await fake.kill();
    const reply = await running.reply;
    expect([reply.status, reply.complete, reply.errorCode]).toEqual([200, false, 'ECONNRESET']);
    expect(finishes(reply)).toEqual([]);
    expect(await send(`${fake.url}/health`)).toMatchObject({ status: 0, errorCode: 'ECONNREFUSED' });
    expect(fake.aborted).toBe(0);
    await fake.revive();
    expect(fake.port).toBe(port);
    expect(finishes(await streamed())).toEqual(['stop']);
    agent.destroy();
  });

  it('resets idle connections when it is killed, it does not close them', async () => {
    await start();
    const socket = connect(fake.port, '127.0.0.1');
    await fake.until(() => fake.connections === 1);
    const [[error]] = (await Promise.all([once(socket, 'error'), fake.kill()])) as [[NodeJS.ErrnoException], void];
    expect(error.code).toBe('ECONNRESET');
  });

  it.each([1, 5])('is killed in mid-stream after %i tokens, all of which arrive', async (tokens) => {
    await start({ script: 'a b c d e f g h i j k' });
    fake.killAfterTokens(tokens);
    const reply = await chat({ stream: true, return_token_ids: true });
    expect([reply.complete, reply.errorCode]).toEqual([false, 'ECONNRESET']);
    // The first chunk has the role.
    expect(choicesOf(reply)).toHaveLength(tokens + 1);
  });

  it('dies under a request that is not streamed before there is a status', async () => {
    await start();
    fake.killAfterTokens(3);
    expect(await chat()).toMatchObject({ status: 0, errorCode: 'ECONNRESET' });
  });

  it('fails the next requests as told, one each', async () => {
    await start();
    fake.failNext(503, { error: 'loading' });
    fake.failNext(500);
    const first = await chat();
    expect([first.status, json(first)]).toEqual([503, { error: 'loading' }]);
    const second = await streamed();
    expect([second.status, json(second)]).toMatchObject([500, { error: { type: 'InternalServerError', code: 500 } }]);
    expect(await chat()).toMatchObject({ status: 200 });
  });

  it.each([
    ['as the first event of a stream that is already 200', 0, 0],
    ['in the middle of a stream', 4, 5],
  ])('fails inside the engine: %s', async (_, tokens, chunksBefore) => {
    await start();
    fake.failNextInside(tokens);
    const reply = await streamed();
    const events = chunksOf(reply.text);
    expect(reply.status).toBe(200);
    expect(events).toHaveLength(chunksBefore + 1);
    expect(events.at(-1)).toEqual({
      error: { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 },
    });
    expect(isDone(reply.text)).toBe(true);
    expect(finishes(await streamed())).toEqual(['stop']);
  });

  it('fails with 500 where nothing is streamed', async () => {
    await start();
    fake.failNextInside(2);
    expect(await chat()).toMatchObject({ status: 500 });
  });

  it('stops generating for a client that went away', async () => {
    await start({ tokenDelayMs: 1 });
    const leave = new AbortController();
    const reply = streamed({ signal: leave.signal, onText: () => leave.abort() });
    await reply;
    await fake.until(() => fake.running === 0);
    expect(fake.aborted).toBe(1);
    expect(fake.generatedTokens).toBeLessThan(20);
  });

  it('stops generating for a client that waited for the whole answer', async () => {
    await start();
    fake.hang();
    const leave = new AbortController();
    const reply = chat({}, { signal: leave.signal });
    await fake.until(() => fake.running === 1);
    leave.abort();
    await reply;
    await fake.until(() => fake.running === 0 && fake.aborted === 1);
    expect(fake.generatedTokens).toBe(0);
  });
});
