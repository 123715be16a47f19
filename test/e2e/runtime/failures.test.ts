/** What Lambda gets, and what becomes of the process, when something breaks. */
import { eventsOf } from '../../support/sse';
import { Flood } from './flood';
import { PATIENCE_MS } from './invocation';
import { type Stage, openStage } from './stage';
import { Upstream } from './upstream';

const MIB = 1024 * 1024;

let stage: Stage;
let upstream: Upstream | null = null;

beforeEach(async () => {
  stage = await openStage();
  await stage.replicaIsReady();
});

afterEach(async () => {
  await stage.close();
  await upstream?.close();
  upstream = null;
});

test('an engine that is lost in the middle of its answer is an error event, and the process serves on', async () => {
  const fn = await stage.startFunction();
  stage.vllm.killAfterTokens(5);
  const answer = await stage.chat({ model: 'fast', stream: true }).finished();
  expect([answer.ended, answer.error, answer.trailers]).toEqual(['whole', null, {}]);
  expect(answer.prelude?.statusCode).toBe(200);
  expect(JSON.parse(eventsOf(answer.body).at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_interrupted' } });
  expect(answer.body).not.toContain('[DONE]');

  await stage.vllm.revive();
  const next = await stage.chat({ model: 'fast' }).finished();
  expect(next.prelude?.statusCode).toBe(200);
  expect(fn.ended).toBeNull();
  expect(await stage.outcomes(fn, 2)).toEqual(['interrupted', 'answered']);
});

test('who reads slowly slows down the upstream, and nothing piles up in the process', async () => {
  const flood = new Flood(128 * MIB);
  upstream = await new Upstream((_, response) => void flood.pour(response)).open();
  const fn = await stage.startFunction({ closedUrl: upstream.url });
  const before = fn.peakMemory();
  const answer = stage.chat({ model: 'gpt', stream: true }, {}, { unread: true });
  await flood.still();
  // The sockets of a machine hold some MiB each.
  expect(flood.pouredBytes).toBeLessThan(64 * MIB);
  expect(fn.peakMemory() - before).toBeLessThan(64 * MIB);
  answer.read();
  await answer.finished();
  expect(answer.bytes.length).toBeGreaterThan(128 * MIB);
  expect(answer.body.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('a stream ends in an error event before Lambda would end the function', async () => {
  stage.vllm.tokenDelayMs = 100;
  const fn = await stage.startFunction();
  const answer = await stage.chat({ model: 'fast', stream: true }, {}, { remainingMs: 30_500 }).finished();
  expect(JSON.parse(eventsOf(answer.body).at(-1) ?? '')).toMatchObject({ error: { code: 'deadline_exceeded' } });
  expect(answer.body).not.toContain('[DONE]');
  expect(answer.ended).toBe('whole');
  expect(answer.endedMs).toBeLessThan(answer.deadlineMs);
  await stage.vllm.until(() => stage.vllm.running === 0);
  await fn.idle();
});

test('a process whose Runtime API has gone away ends, and one in its place serves', async () => {
  stage.vllm.tokenDelayMs = 20;
  const fn = await stage.startFunction();
  const answer = stage.chat({ model: 'fast', stream: true });
  await answer.until(({ body }) => body.includes('data: '));
  answer.drop();
  await stage.api.bell.until(() => fn.ended !== null, PATIENCE_MS);
  expect(fn.ended).toEqual({ code: 1, signal: null });
  await stage.vllm.until(() => stage.vllm.running === 0);

  await stage.startFunction();
  const next = await stage.chat({ model: 'fast' }).finished();
  expect(next.prelude?.statusCode).toBe(200);
});

describe('a kept connection that is lost while the function is frozen, and', () => {
  test.each([
    ['closed at once', (server: Upstream) => server.sockets.forEach((socket) => socket.destroy())],
    ['reset at once', (server: Upstream) => server.sockets.forEach((socket) => socket.resetAndDestroy())],
    ['reset at its next packet', (server: Upstream) => server.forget()],
  ])('%s: the next request is answered and reaches the upstream once', async (_, cut) => {
    upstream = await new Upstream().open();
    const fn = await stage.startFunction({ closedUrl: upstream.url });
    const first = await stage.chat({ model: 'gpt' }).finished();
    expect(first.prelude?.statusCode).toBe(200);
    await fn.idle();
    expect(upstream.sockets.size).toBe(1);

    await fn.freeze();
    cut(upstream);
    const second = stage.chat({ model: 'gpt' });
    fn.thaw();
    await second.finished();
    expect(second.prelude?.statusCode).toBe(200);
    expect(second.prelude?.headers['x-hybrid-attempts']).toBe('1');
    expect([upstream.requests, upstream.connections]).toEqual([2, 2]);
    expect(await stage.outcomes(fn, 2)).toEqual(['answered', 'answered']);
  });

  test('is one to the tables: the next caller is looked up all the same', async () => {
    await stage.addKey('hk_second');
    const fn = await stage.startFunction();
    await stage.chat({ model: 'fast' }).finished();
    await fn.idle();

    await fn.freeze();
    stage.database.next({ kind: 'drop' }, 1, 'GetItem');
    const second = stage.chat({ model: 'fast' }, { headers: { authorization: 'Bearer hk_second' } });
    fn.thaw();
    await second.finished();
    expect(second.prelude?.statusCode).toBe(200);
    expect(stage.vllm.requests).toHaveLength(2);
  });
});
