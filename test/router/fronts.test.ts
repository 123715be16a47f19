/** One core behind two fronts: what they carry is the same, byte for byte. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { lambdaStreamHandler } from '../../lambda/router/fronts/lambda-stream';
import { functionUrlEvent, installFakeLambda, invoke, restApiEvent } from '../support/fake-lambda';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { configOf } from '../support/plans';
import { KEY, type TestRouter, startRouter } from '../support/router';

let vllm: FakeVllm;
let closed: http.Server;
let router: TestRouter;
let handler: Parameters<typeof invoke>[0];
let uninstall: () => void;
const MAX_BODY_BYTES = 100_000;

beforeAll(async () => {
  vllm = await startFakeVllm();
  closed = http.createServer(answerTheSame);
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const closedUrl = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  router = await startRouter(
    configOf({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [vllm.url] } },
      providers: {
        anthropic: { secret: 's', baseUrl: closedUrl },
        openai: { secret: 's', baseUrl: `${closedUrl}/v1` },
        bedrock: {},
      },
    }),
    // A clock that stands still: `created` of a translated answer is its only part that is not the upstream's.
    { secrets: { s: 'x' }, nowMs: () => 1_800_000_000_000, limits: { maxBodyBytes: MAX_BODY_BYTES } },
  );
  uninstall = installFakeLambda();
  handler = lambdaStreamHandler(router.router, { maxBodyBytes: MAX_BODY_BYTES }) as Parameters<typeof invoke>[0];
});

afterAll(async () => {
  uninstall();
  await router.close();
  await vllm.stop();
  closed.closeAllConnections();
  closed.close();
});

interface Case {
  readonly it: string;
  readonly method?: string;
  readonly path?: string;
  readonly key?: string | null;
  readonly body: string;
  readonly status: number;
  readonly code?: string;
}

const ask = (body: object): string =>
  JSON.stringify({ messages: [{ role: 'user', content: 'Grüße, 世界 🌍' }], ...body });

const CASES: readonly Case[] = [
  { it: 'a whole answer of a closed model', body: ask({ model: 'gpt' }), status: 200 },
  { it: 'a whole answer in another protocol', body: ask({ model: 'claude' }), status: 200 },
  { it: 'a streamed answer of a closed model', body: ask({ model: 'gpt', stream: true }), status: 200 },
  { it: 'a streamed answer in another protocol', body: ask({ model: 'claude', stream: true }), status: 200 },
  { it: 'a list of models', method: 'GET', path: '/v1/models', body: '', status: 200 },
  { it: 'health, without a key', method: 'GET', path: '/health', key: null, body: '', status: 200 },
  { it: 'a request without a key', key: null, body: ask({ model: 'gpt' }), status: 401, code: 'invalid_api_key' },
  {
    it: 'a request with an unknown key',
    key: 'hk_other',
    body: ask({ model: 'gpt' }),
    status: 401,
    code: 'invalid_api_key',
  },
  {
    it: 'a body over the limit',
    body: ask({ model: 'gpt', user: 'x'.repeat(MAX_BODY_BYTES) }),
    status: 413,
    code: 'request_too_large',
  },
  { it: 'a body that is not JSON', body: '{"model":', status: 400, code: 'invalid_json' },
  { it: 'an empty body', body: '', status: 400, code: 'invalid_json' },
  { it: 'a body that is a list', body: '[]', status: 400, code: 'invalid_json' },
  { it: 'a body without messages', body: '{"model":"gpt"}', status: 400, code: 'invalid_request' },
  { it: 'an unknown model', body: ask({ model: 'gpt-99' }), status: 404, code: 'model_not_found' },
  { it: 'an unknown task', body: ask({ model: 'task:knitting' }), status: 400, code: 'unknown_task' },
  {
    it: 'an unknown class',
    body: ask({ model: 'gpt', metadata: { sensitivity: 'secret' } }),
    status: 400,
    code: 'unknown_class',
  },
  { it: 'an unknown path', path: '/v1/knitting', body: '{}', status: 404, code: 'unknown_path' },
  {
    it: 'a restricted request to a closed model',
    body: ask({ model: 'gpt', metadata: { sensitivity: 'restricted' } }),
    status: 403,
    code: 'boundary_forbidden',
  },
];

describe.each(CASES.map((one) => [one.it, one] as const))('%s', (_, one) => {
  const method = one.method ?? 'POST';
  const path = one.path ?? '/v1/chat/completions';
  const headers: Record<string, string> = one.key === null ? {} : { authorization: `Bearer ${one.key ?? KEY}` };

  async function byHttp(): Promise<{ status: number; body: Buffer; type: string | null }> {
    const response = await fetch(router.origin + path, {
      method,
      headers,
      ...(method === 'POST' && { body: one.body }),
    });
    return {
      status: response.status,
      body: Buffer.from(await response.arrayBuffer()),
      type: response.headers.get('content-type'),
    };
  }

  test('is the same through Lambda as through node:http', async () => {
    const expected = await byHttp();
    expect(expected.status).toBe(one.status);
    for (const event of [
      restApiEvent({ method, path, headers, body: one.body, stage: 'prod' }),
      restApiEvent({ method, path: `/prod${path}`, headers, body: one.body, stage: 'prod' }),
      functionUrlEvent({ method, path, headers, body: one.body }),
    ]) {
      const result = await invoke(handler, event, { remainingMs: 60_000 });
      expect(result.statusCode).toBe(expected.status);
      expect(result.headers['content-type']).toBe(expected.type);
      expect(result.body.equals(expected.body)).toBe(true);
      expect(result.ended).toBe(true);
    }
  });

  if (one.code !== undefined) {
    test('is an error with all four fields', async () => {
      const { error } = JSON.parse((await byHttp()).body.toString()) as { error: Record<string, unknown> };
      expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
      expect(error['code']).toBe(one.code);
      expect(typeof error['message']).toBe('string');
      expect(typeof error['type']).toBe('string');
    });
  }
});

test('Lambda gets status and headers before the first part of the answer', async () => {
  vllm.tokenDelayMs = 5;
  const event = restApiEvent({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${KEY}` },
    body: ask({ model: 'fast', stream: true }),
  });
  const result = await invoke(handler, event, { remainingMs: 60_000 });
  vllm.tokenDelayMs = 0;
  expect(result.statusCode).toBe(200);
  expect(result.body.toString()).toContain('data: [DONE]');
});

test('a stream on Lambda ends with an error event before the function does', async () => {
  vllm.tokenDelayMs = 50;
  const event = restApiEvent({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${KEY}` },
    body: ask({ model: 'fast', stream: true }),
  });
  // The clock of this router stands still, so what is left is what the function has less its farewell.
  const result = await invoke(handler, event, { remainingMs: 30_150 });
  vllm.tokenDelayMs = 0;
  expect(result.body.toString()).toContain('deadline_exceeded');
  expect(result.body.toString()).not.toContain('[DONE]');
});

/** An upstream whose bytes are the same each time, so that what differs would be the front's doing. */
function answerTheSame(request: http.IncomingMessage, response: http.ServerResponse): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { stream } = JSON.parse(Buffer.concat(parts).toString()) as { stream?: boolean };
    const protocol = request.url?.endsWith('/messages') === true ? ANTHROPIC : OPENAI;
    response.writeHead(200, { 'content-type': stream === true ? 'text/event-stream' : 'application/json' });
    response.end(stream === true ? protocol.events.map((event) => `data: ${event}\n\n`).join('') : protocol.whole);
  });
}

const OPENAI = {
  whole:
    '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-2024-08-06","choices":[{"index":0,' +
    '"message":{"role":"assistant","content":"Grüße"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
  events: [
    '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
    '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"content":"世界 🌍"},"finish_reason":null}]}',
    '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
    '[DONE]',
  ],
};

const ANTHROPIC = {
  whole:
    '{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Grüße"}],' +
    '"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}',
  events: [
    '{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"世界 🌍"}}',
    '{"type":"content_block_stop","index":0}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}',
    '{"type":"message_stop"}',
  ],
};
