/** What Lambda gets of an answer: status and headers, the body as it comes, and the lines of the log. */
import { eventsOf } from '../../support/sse';
import { type Stage, openStage } from './stage';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
  await stage.replicaIsReady();
});

afterEach(() => stage.close());

const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';

test('status and headers stand first as JSON, then eight NULs, then the body', async () => {
  await stage.startFunction();
  const answer = await stage.invoke({ path: '/health' }).finished();
  expect(answer.answerHeaders).toMatchObject({
    'content-type': PRELUDE_TYPE,
    'lambda-runtime-function-response-mode': 'streaming',
    'transfer-encoding': 'chunked',
  });
  const bytes = answer.bytes.toString('latin1');
  const [prelude, body] = bytes.split('\0'.repeat(8)) as [string, string];
  expect(JSON.parse(prelude)).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'content-length': '15' },
  });
  expect(body).toBe('{"status":"ok"}');
  expect(bytes.match(/\0/g)).toHaveLength(8);
  expect([answer.ended, answer.error, answer.trailers]).toEqual(['whole', null, {}]);
});

test('an answer arrives whole, with its headers', async () => {
  await stage.startFunction();
  const answer = await stage.chat({ model: 'fast' }, { headers: { 'x-request-id': 'mine' } }).finished();
  expect(answer.prelude).toMatchObject({
    statusCode: 200,
    headers: { 'x-request-id': 'mine', 'x-hybrid-model': 'fast', 'x-hybrid-guarantee': 'guarded' },
  });
  expect(answer.prelude?.headers['content-length']).toBe(String(Buffer.byteLength(answer.body)));
  expect(JSON.parse(answer.body)).toMatchObject({ object: 'chat.completion' });
});

test('the first token arrives while the engine still works on the answer', async () => {
  stage.vllm.tokenDelayMs = 20;
  await stage.startFunction();
  const answer = stage.chat({ model: 'fast', stream: true });
  await answer.until(({ body }) => body.includes('data: '));
  expect(stage.vllm.running).toBe(1);
  expect(answer.ended).toBeNull();
  expect(answer.prelude).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  });
  await answer.finished();
  expect(eventsOf(answer.body).at(-1)?.trim()).toBe('[DONE]');
});

test.each([
  ['a health check', { path: '/health' }, 200],
  ['a HEAD', { method: 'HEAD', path: '/v1/models' }, 200],
  ['a GET that says `content-length: 0`', { path: '/v1/models', headers: { 'content-length': '0' } }, 200],
  ['a POST with an empty body', { method: 'POST', path: '/v1/chat/completions', body: '' }, 400],
  ['a POST without a body', { method: 'POST', path: '/v1/chat/completions' }, 400],
])('%s is answered whole', async (_, asked, status) => {
  await stage.startFunction();
  const answer = await stage.invoke(asked).finished();
  expect([answer.ended, answer.error, answer.prelude?.statusCode]).toEqual(['whole', null, status]);
  expect(() => JSON.parse(answer.body) as unknown).not.toThrow();
});

test('each line of the log is one JSON text: a decision, or metrics that CloudWatch reads', async () => {
  const fn = await stage.startFunction();
  await stage.chat({ model: 'fast' }).finished();
  await stage.chat({ model: 'fast', stream: true }).finished();
  await stage.chat({ model: 'no such model' }).finished();
  await stage.api.bell.until(() => fn.lines.length >= 6);
  await fn.idle();
  const parsed = fn.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(parsed).toHaveLength(6);
  expect(await stage.outcomes(fn, 3)).toEqual(['answered', 'answered', 'refused']);
  const metrics = parsed.filter((line) => '_aws' in line);
  expect(metrics).toHaveLength(3);
  for (const line of metrics) {
    const { CloudWatchMetrics } = line['_aws'] as { CloudWatchMetrics: { Namespace: string; Metrics: object[] }[] };
    expect(CloudWatchMetrics[0]?.Namespace).toBe('HybridLlm');
    expect(CloudWatchMetrics[0]?.Metrics.length).toBeGreaterThan(0);
    expect(line).toMatchObject({ Deployment: 'runtime-suite', Lane: 'open', Requests: 1 });
  }
  expect(fn.stderr).toBe('');
});
