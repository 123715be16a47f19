/** The fake Lambda runtime against what aws-lambda-ric 4.0.2 does with a streaming handler. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  awslambda,
  functionUrlEvent,
  installFakeLambda,
  invoke,
  restApiEvent,
  startInvocation,
  type FakeResponseStream,
  type LambdaContext,
} from './fake-lambda';

const { HttpResponseStream, streamifyResponse } = awslambda;
const prelude = { statusCode: 418, headers: { 'X-One': 'a' } };

type Handle = (stream: FakeResponseStream, context: LambdaContext) => Promise<void>;
const handler = (handle: Handle) =>
  streamifyResponse(async (_event: unknown, stream: FakeResponseStream, context: LambdaContext) =>
    handle(stream, context),
  );

describe('the fake Lambda runtime', () => {
  it('collects status, headers and body', async () => {
    const result = await invoke(
      handler(async (stream) => {
        const response = HttpResponseStream.from(stream, prelude);
        response.write('né');
        response.write(Buffer.from('e'));
        response.end('!');
      }),
      {},
    );
    expect(result).toMatchObject({ statusCode: 418, headers: { 'x-one': 'a' }, ended: true, runtimeDied: false });
    expect(result.body.toString()).toBe('née!');
  });

  it('sends the prelude with the first write, an empty one too, and not before', async () => {
    let proceed = (): void => undefined;
    const gate = new Promise<void>((resolve) => (proceed = resolve));
    const { stream, finished } = startInvocation(
      handler(async (raw) => {
        const response = HttpResponseStream.from(raw, prelude);
        await gate;
        response.write('');
        await raw.until((out) => out.prelude !== undefined);
        response.end('x');
      }),
      {},
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.prelude).toBeUndefined();
    proceed();
    await stream.until((out) => out.prelude !== undefined);
    expect(stream.body).toHaveLength(0);
    const { preludeAtMs, firstByteAtMs } = await finished;
    expect(firstByteAtMs).toBeGreaterThanOrEqual(preludeAtMs ?? Infinity);
  });

  it('sends no prelude for a handler that only ends', async () => {
    const result = await invoke(
      handler(async (stream) => {
        HttpResponseStream.from(stream, prelude).end('lost');
      }),
      {},
    );
    expect(result).toMatchObject({ statusCode: 200, preludeAtMs: undefined, ended: true });
  });

  it('refuses a prelude after a write', async () => {
    const { error } = await invoke(
      handler(async (stream) => {
        stream.write('early');
        HttpResponseStream.from(stream, prelude);
      }),
      {},
    );
    expect(error).toMatchObject({ message: 'Cannot set content-type, too late.' });
  });

  it('pushes back when its reader is slow', async () => {
    let reads = 0;
    const slow = { highWaterMark: 100, beforeEachRead: async () => void (reads += 1) };
    const patient = await invoke(
      handler(async (stream) => {
        for (let index = 0; index < 20; index += 1) {
          if (!stream.write('x'.repeat(60))) await once(stream, 'drain');
        }
        stream.end();
      }),
      {},
      slow,
    );
    const careless = await invoke(
      handler(async (stream) => {
        for (let index = 0; index < 20; index += 1) stream.write('x'.repeat(60));
        stream.end();
      }),
      {},
      slow,
    );
    expect([patient.body.length, careless.body.length, reads]).toEqual([1200, 1200, 40]);
    expect(patient.maxBufferedBytes).toBeLessThanOrEqual(160);
    expect(careless.maxBufferedBytes).toBe(1200);
  });

  it('takes the high-water mark from streamifyResponse', async () => {
    const wrapped = streamifyResponse(
      async (_: unknown, stream: FakeResponseStream) => {
        expect(stream.writableHighWaterMark).toBe(7);
        stream.end();
      },
      { highWaterMark: 7 },
    );
    expect((await invoke(wrapped, {})).error).toBeUndefined();
  });

  it('tells of a handler that did not end its stream', async () => {
    const result = await invoke(
      handler(async (stream) => {
        stream.write('and then');
      }),
      {},
      { beforeEachRead: () => new Promise((resolve) => setImmediate(resolve)) },
    );
    expect(result).toMatchObject({ ended: false, runtimeDied: false });
    expect(result.body.toString()).toBe('and then');
  });

  it('tells of a handler that threw after it wrote', async () => {
    const result = await invoke(
      handler(async (stream) => {
        stream.write('half');
        throw new Error('oh');
      }),
      {},
    );
    expect(result).toMatchObject({ ended: false, runtimeDied: false, error: { message: 'oh' } });
  });

  it('dies of a pipeline whose source fails', async () => {
    async function* upstream(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('upstream reset');
    }
    const result = await invoke(
      handler((stream) => pipeline(Readable.from(upstream()), stream)),
      {},
    );
    expect(result).toMatchObject({ ended: false, runtimeDied: true });
  });

  it('has only async handlers, and only streamified ones', async () => {
    const sync = streamifyResponse(((_: unknown, stream: FakeResponseStream) => stream.end()) as never);
    expect((await invoke(sync, {})).error).toMatchObject({ message: /non-async/ });
    expect(() => startInvocation(async () => undefined, {})).toThrow('streamifyResponse');
  });

  it('counts the remaining time down', async () => {
    let remaining = Infinity;
    await invoke(
      handler(async (stream, context) => {
        remaining = context.getRemainingTimeInMillis();
        stream.end();
      }),
      {},
      { remainingMs: 5_000 },
    );
    expect(remaining).toBeLessThanOrEqual(5_000);
    expect(remaining).toBeGreaterThan(4_000);
  });

  it('is the global until it is taken away', () => {
    const remove = installFakeLambda();
    expect((globalThis as { awslambda?: unknown }).awslambda).toBe(awslambda);
    remove();
    expect('awslambda' in globalThis).toBe(false);
  });
});

describe('an event', () => {
  const options = {
    path: '/v1/chat/completions?a=1&a=2',
    headers: { 'Content-Type': 'application/json' },
    body: { n: 1 },
  };

  it('of a REST API has the stage beside the path, and headers twice', () => {
    expect(restApiEvent({ ...options, stage: 'live' })).toMatchObject({
      httpMethod: 'POST',
      path: '/v1/chat/completions',
      headers: { 'Content-Type': 'application/json' },
      multiValueHeaders: { 'Content-Type': ['application/json'] },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      requestContext: { stage: 'live', path: '/live/v1/chat/completions', httpMethod: 'POST' },
      body: '{"n":1}',
      isBase64Encoded: false,
    });
  });

  it('of a REST API without query and body has null for both', () => {
    expect(restApiEvent({ path: '/health' })).toMatchObject({
      httpMethod: 'GET',
      body: null,
      queryStringParameters: null,
    });
  });

  it('of a function URL is of version 2, with headers in lower case', () => {
    expect(functionUrlEvent(options)).toMatchObject({
      version: '2.0',
      rawPath: '/v1/chat/completions',
      rawQueryString: 'a=1&a=2',
      headers: { 'content-type': 'application/json' },
      requestContext: { http: { method: 'POST', path: '/v1/chat/completions' } },
      body: '{"n":1}',
    });
  });

  it.each([restApiEvent, functionUrlEvent])('carries bytes in base64', (make) => {
    expect(make({ body: Buffer.from([0xff, 0]) })).toMatchObject({ body: '/wA=', isBase64Encoded: true });
  });
});
