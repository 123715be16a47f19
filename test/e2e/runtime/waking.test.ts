/** A fleet whose table shows no ready replica: requests wait on an open invocation. */
import { type Stage, openStage } from './stage';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(() => stage.close());

test('a request is kept waiting, then gets 503 with Retry-After', async () => {
  await stage.startFunction({ limits: { holdMs: 300 } });
  const answer = await stage.chat({ model: 'fast' }).finished();
  expect(answer.prelude).toMatchObject({ statusCode: 503, headers: { 'retry-after': '10' } });
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'no_target_available' } });
  expect(answer.endedMs - answer.handedOutMs).toBeGreaterThanOrEqual(300);
});

test('a request that will not wait gets 503 at once', async () => {
  await stage.startFunction();
  const answer = await stage.chat({ model: 'fast' }, { headers: { 'x-hybrid-max-wait-ms': '0' } }).finished();
  expect(answer.prelude?.statusCode).toBe(503);
});

test('a request is answered by the replica that came meanwhile', async () => {
  await stage.startFunction({ limits: { holdSilentMs: 100, holdPingMs: 100 } });
  const answer = stage.chat({ model: 'fast', stream: true });
  await answer.until(({ body }) => body.startsWith(': '));
  await stage.replicaIsReady();
  await answer.finished();
  expect(answer.prelude?.statusCode).toBe(200);
  expect(answer.body.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(stage.vllm.requests).toHaveLength(1);
});

test('the status of a stream that waits for long leaves before there is a body, and its failure is an event', async () => {
  await stage.startFunction({ limits: { holdMs: 2_500, holdSilentMs: 100 } });
  const answer = stage.chat({ model: 'fast', stream: true });
  await answer.until(({ prelude }) => prelude !== null);
  expect([answer.prelude?.statusCode, answer.body, answer.ended]).toEqual([200, '', null]);
  await answer.finished();
  expect(answer.body).toContain('"code":"no_target_available"');
  expect(answer.body).not.toContain('[DONE]');
});
