/** `connect`: a function's answers on localhost, through Lambda's own API; `chat` asks there. */
import { lambdaStreamHandler } from '../../lambda/router/fronts/lambda-stream';
import { runAlone, type Serving, startListening, tempFile } from '../support/cli';
import { type StreamingHandler, installFakeLambda } from '../support/fake-lambda';
import { type FakeAws, startFakeAws } from '../support/fake-lambda/service';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { configOf } from '../support/plans';
import { KEY, type TestRouter, startRouter } from '../support/router';

let vllm: FakeVllm;
let router: TestRouter;
let aws: FakeAws;
let connected: Serving;
let uninstall: () => void;
let config: string;

const awsEnv = (): Record<string, string> => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

beforeAll(async () => {
  vllm = await startFakeVllm();
  uninstall = installFakeLambda();
  router = await startRouter(
    configOf({ fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [vllm.url] } } }),
  );
  const handler = lambdaStreamHandler(router.router, { maxBodyBytes: 6_000_000 }) as StreamingHandler<unknown>;
  aws = await startFakeAws({
    functions: { 'the-open-one': handler, 'the-sealed-one': handler },
    stacks: { acme: { OpenFunctionName: 'the-open-one', SealedFunctionName: 'the-sealed-one' }, other: {} },
  });
  config = tempFile(
    'hybrid-llm.yaml',
    `
name: acme
region: us-east-1
fleets: { llama: { model: meta-llama/Llama-3.1-8B-Instruct, endpoints: ['${vllm.url}'] } }
models: { fast: { fleet: llama } }
routes: [{ name: default, to: [fast] }]
`,
  );
  connected = await startListening('connect', ['--config', config], awsEnv());
});

afterAll(async () => {
  expect(await connected.stop()).toBe(0);
  uninstall();
  await Promise.all([router.close(), aws.close(), vllm.stop()]);
});

const ask = (url: string | null, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'Grüße 🌍' }], ...body }),
  });

test('an answer is the same as without the way through Lambda', async () => {
  const [direct, carried] = await Promise.all([
    ask(router.url, { seed: 7 }),
    ask(connected.line.url, { seed: 7 }, { 'x-request-id': 'r-1' }),
  ]);
  expect(carried.status).toBe(200);
  expect(carried.headers.get('x-request-id')).toBe('r-1');
  expect(carried.headers.get('x-hybrid-target')).toBe(direct.headers.get('x-hybrid-target'));
  const [a, b] = (await Promise.all([direct.json(), carried.json()])) as { choices: { message: object }[] }[];
  expect(b?.choices[0]?.message).toEqual(a?.choices[0]?.message);
});

test('a stream comes event by event and whole', async () => {
  const text = await (await ask(connected.line.url, { stream: true })).text();
  expect(text.match(/^data: /gm)?.length).toBeGreaterThan(3);
  expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
});

test('each lane has its own function, and a caller’s key reaches the router', async () => {
  await ask(connected.line.sealedUrl, {});
  expect(aws.payloads.at(-1)).toMatchObject({
    name: 'the-sealed-one',
    event: { path: '/sealed/v1/chat/completions', httpMethod: 'POST', headers: { authorization: `Bearer ${KEY}` } },
  });
  expect((await ask(connected.line.url, {}, { authorization: 'Bearer hk_wrong' })).status).toBe(401);
});

test.each([
  ['TooManyRequestsException', 429, 429, 'rate_limit_exceeded'],
  ['AccessDeniedException', 403, 403, 'boundary_forbidden'],
  ['RequestTooLargeException', 413, 413, 'request_too_large'],
  ['ResourceNotFoundException', 404, 503, 'no_target_available'],
])('fails as OpenAI would where Lambda says %s', async (name, status, told, code) => {
  // The SDK tries throttled calls again.
  aws.refuseNext(name, status, status === 429 ? 3 : 1);
  const response = await ask(connected.line.url, {});
  expect(response.status).toBe(told);
  expect(await response.json()).toMatchObject({ error: { code, param: null } });
});

test('a function that dies in the middle ends the stream with an error event, without [DONE] of ours', async () => {
  aws.failNext('Function.ResponseSizeTooLarge');
  const text = await (await ask(connected.line.url, { stream: true })).text();
  expect(text).toContain('"code":"upstream_interrupted"');
  expect(text).toContain('Function.ResponseSizeTooLarge');
});

test('fails where the stack is not there, or is no stack of ours', async () => {
  const none = await runAlone({ env: awsEnv() }, 'connect', '--config', config, '--stack', 'none');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/no stack `none` in us-east-1/) });
  const other = await runAlone({ env: awsEnv() }, 'connect', '--config', config, '--stack', 'other');
  expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/names no router function/) });
});

describe('chat', () => {
  const chat = (input: string, ...args: string[]) =>
    runAlone({ env: { HYBRID_LLM_KEY: KEY }, input }, 'chat', '--url', connected.line.url ?? '', ...args);

  test('shows an answer, who gave it, its class and its cost', async () => {
    const { code, stdout, stderr } = await chat('', '--model', 'fast', 'Why?');
    expect(code).toBe(0);
    expect(stdout.trim().length).toBeGreaterThan(3);
    expect(stderr).toMatch(/^fast \(.*\) {2}class \w+, guarded {2}\$0\n$/);
  });

  test('keeps a conversation', async () => {
    const before = aws.payloads.length;
    await chat('first\nsecond\n\n', '--model', 'fast');
    const bodies = aws.payloads
      .slice(before)
      .map(({ event }) => JSON.parse(event['body'] as string) as { messages: { role: string }[] });
    expect(bodies.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ['user'],
      ['user', 'assistant', 'user'],
    ]);
  });

  test('fails with the router’s own words', async () => {
    const wrong = await chat('', '--key', 'hk_wrong', 'Why?');
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^401 invalid_api_key: /) });
    const unknown = await chat('', '--model', 'nope', 'Why?');
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringMatching(/^404 model_not_found: .*`nope`/) });
    const gone = await startFakeVllm();
    await gone.stop();
    const nowhere = await runAlone({}, 'chat', '--url', `${gone.url}/v1`, '--key', 'hk_x', 'Why?');
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/) });
  });
});
