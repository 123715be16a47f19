/**
 * The front in an account: Lambda's response stream behind API Gateway's private REST API or a function URL.
 *
 * Never `stream.pipeline` onto Lambda's stream: an upstream reset would destroy it and take the runtime along. The
 * prelude (status and headers) leaves with the first write, so an empty one follows it at once. Lambda tells nobody
 * that a caller has gone; what bounds the cost of that is the function's own deadline.
 */
import type { Writable } from 'node:stream';
import type { Router } from '../app';
import { drained } from './drained';
import type { CallerSignal, RouterRequest, Sink } from '../request';

/** What the Node.js runtime puts into the global scope. */
declare const awslambda: {
  streamifyResponse(handler: StreamHandler): unknown;
  HttpResponseStream: {
    from(stream: Writable, metadata: { statusCode: number; headers: Readonly<Record<string, string>> }): Writable;
  };
};

export type StreamHandler = (event: ProxyEvent, stream: Writable, context: LambdaContext) => Promise<void>;

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** The fields read of API Gateway's REST event and of a function URL's. */
export interface ProxyEvent {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly rawPath?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly stage?: string; readonly http?: { readonly method?: string } };
}

/** Time to say that the deadline has come, before Lambda ends the function without a word. */
const FAREWELL_MS = 30_000;

export function lambdaStreamHandler(router: Router, limits: { readonly maxBodyBytes: number }): unknown {
  return awslambda.streamifyResponse(async (event, stream, context) => {
    await router(readEvent(event, limits.maxBodyBytes, context), new LambdaSink(stream));
  });
}

function readEvent(event: ProxyEvent, maxBodyBytes: number, context: LambdaContext): RouterRequest {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded === true ? 'base64' : 'utf8');
  return {
    method: event.httpMethod ?? event.requestContext?.http?.method ?? 'GET',
    path: withoutStage(event.path ?? event.rawPath ?? '/', event.requestContext?.stage),
    headers: Object.fromEntries(
      Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: body.length > maxBodyBytes ? 'too_large' : body,
    remainingMs: context.getRemainingTimeInMillis() - FAREWELL_MS,
    signal: NEVER_GONE,
  };
}

const NEVER_GONE: CallerSignal = { aborted: false, addEventListener: () => undefined };

/** Behind the endpoint's own name the path begins with the stage. */
function withoutStage(path: string, stage: string | undefined): string {
  const prefix = `/${stage}`;
  return stage !== undefined && (path === prefix || path.startsWith(`${prefix}/`))
    ? path.slice(prefix.length) || '/'
    : path;
}

class LambdaSink implements Sink {
  started = false;
  private body: Writable;

  constructor(private readonly raw: Writable) {
    this.body = raw;
    // A broken stream must not end the runtime; `write` sees that it is destroyed.
    raw.on('error', () => undefined);
  }

  start(statusCode: number, headers: Readonly<Record<string, string>>): void {
    this.started = true;
    this.body = awslambda.HttpResponseStream.from(this.raw, { statusCode, headers });
    this.body.write('');
  }

  write(chunk: string): void | Promise<void> {
    if (this.body.destroyed || this.body.write(chunk)) return;
    return drained(this.body);
  }

  end(chunk = ''): Promise<void> {
    return new Promise((resolve) => {
      this.raw.once('close', resolve);
      this.body.end(chunk, resolve);
    });
  }
}
