/**
 * A fake of Lambda's Node runtime with response streaming: the global `awslambda`, the response stream with real
 * backpressure, and events of the fronts that call a function. It follows aws-lambda-ric 4.0.2:
 *
 * - `HttpResponseStream.from` sends status and headers with the first `write`, not before. A handler that only calls
 *   `end(text)` sends no prelude at all.
 * - A stream that is destroyed (`stream.pipeline` does that when its source fails) kills the runtime process.
 * - A handler that returns without ending the stream leaves the caller waiting.
 */
import { lowerCased } from './events';
import { FakeResponseStream, PRELUDE_END, PRELUDE_TYPE, type FakeStreamOptions, type Prelude } from './response-stream';

export { functionUrlEvent, restApiEvent, type EventOptions } from './events';
export { FakeResponseStream, type FakeStreamOptions, type Prelude } from './response-stream';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

export type StreamingHandler<E = unknown> = (
  event: E,
  stream: FakeResponseStream,
  context: LambdaContext,
) => Promise<unknown>;

/** The global of the runtime. Handlers read it when they are loaded: see `installFakeLambda`. */
export const awslambda = {
  streamifyResponse<H>(this: void, handler: H, options?: { readonly highWaterMark?: number }): H {
    const marked = handler as Record<symbol, unknown>;
    marked[STREAMING] = 'response';
    if (options?.highWaterMark !== undefined) marked[HIGH_WATER_MARK] = options.highWaterMark;
    return handler;
  },
  HttpResponseStream: {
    from(this: void, stream: FakeResponseStream, prelude: Prelude): FakeResponseStream {
      stream.setContentType(PRELUDE_TYPE);
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(PRELUDE_END);
      };
      return stream;
    },
  },
};

/** Sets `globalThis.awslambda`, before the handler's module is loaded. Returns what takes it away again. */
export function installFakeLambda(): () => void {
  const globals = globalThis as { awslambda?: unknown };
  const before = globals.awslambda;
  globals.awslambda = awslambda;
  return () => {
    if (before === undefined) delete globals.awslambda;
    else globals.awslambda = before;
  };
}

export interface InvokeOptions extends FakeStreamOptions {
  /** What is left of the function's timeout when the handler is called. @default 900000 */
  readonly remainingMs?: number;
}

export interface Invocation {
  /** Of the prelude; 200 if there was none. */
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the handler ended the stream: a caller waits on if not. */
  readonly ended: boolean;
  /** Milliseconds from the start until status and headers went out; undefined if they never did. */
  readonly preludeAtMs: number | undefined;
  /** Milliseconds from the start until the first byte of the body. */
  readonly firstByteAtMs: number | undefined;
  readonly maxBufferedBytes: number;
  /** What the handler threw. The caller sees an answer that is cut off. */
  readonly error: unknown;
  /** Whether the stream was destroyed before its end, which takes the runtime's process with it. */
  readonly runtimeDied: boolean;
}

export interface StartedInvocation {
  readonly stream: FakeResponseStream;
  /** Resolves when the handler has returned and what it wrote has been taken. */
  readonly finished: Promise<Invocation>;
}

/** Calls a handler as the runtime does, and waits for the end. */
export const invoke = <E>(handler: StreamingHandler<E>, event: E, options?: InvokeOptions): Promise<Invocation> =>
  startInvocation(handler, event, options).finished;

/** The same for a test that looks at the stream on the way. */
export function startInvocation<E>(
  handler: StreamingHandler<E>,
  event: E,
  { remainingMs = 900_000, ...options }: InvokeOptions = {},
): StartedInvocation {
  const marks = handler as unknown as Record<symbol, unknown>;
  if (marks[STREAMING] !== 'response') throw new Error('the handler was not wrapped in awslambda.streamifyResponse');
  const highWaterMark = options.highWaterMark ?? (marks[HIGH_WATER_MARK] as number | undefined);
  const stream = new FakeResponseStream({ ...options, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
  return { stream, finished: finish(handler, event, stream, contextWith(remainingMs)) };
}

async function finish<E>(
  handler: StreamingHandler<E>,
  event: E,
  stream: FakeResponseStream,
  context: LambdaContext,
): Promise<Invocation> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.on('error', () => undefined);
  let error: unknown;
  try {
    const result: unknown = handler(event, stream, context);
    if (!(result instanceof Promise)) throw new Error('Streaming does not support non-async handlers.');
    await result;
  } catch (thrown) {
    error = thrown;
  }
  if (stream.writableEnded || stream.destroyed) await closed;
  else await stream.emptied();
  const { prelude, pieces } = stream;
  const bodyAt = prelude === undefined ? 0 : 2;
  return {
    statusCode: prelude?.statusCode ?? 200,
    headers: lowerCased(prelude?.headers ?? { 'content-type': stream.contentType }),
    body: stream.body,
    ended: stream.writableFinished,
    preludeAtMs: prelude === undefined ? undefined : pieces[0]?.atMs,
    firstByteAtMs: pieces.slice(bodyAt).find(({ bytes }) => bytes.length > 0)?.atMs,
    maxBufferedBytes: stream.maxBufferedBytes,
    error,
    runtimeDied: !stream.writableFinished && stream.destroyed,
  };
}

function contextWith(remainingMs: number): LambdaContext {
  const startedAt = performance.now();
  return {
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    functionName: 'fake',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fake',
    memoryLimitInMB: '1769',
    logGroupName: '/aws/lambda/fake',
    logStreamName: 'fake',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(remainingMs - (performance.now() - startedAt))),
  };
}
