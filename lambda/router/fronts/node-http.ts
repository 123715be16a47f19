/** The front of `serve`: the router behind `node:http`. */
import * as http from 'node:http';
import type { Router } from '../app';
import type { CallerSignal, RouterRequest, Sink } from '../request';

export function nodeHttpServer(router: Router, limits: { readonly maxBodyBytes: number }): http.Server {
  return http.createServer((request, response) => {
    const caller = new Caller();
    response.on('close', () => {
      if (!response.writableFinished) caller.leave();
    });
    readBody(request, limits.maxBodyBytes, (body) => {
      void router(
        {
          method: request.method ?? 'GET',
          path: request.url ?? '/',
          headers: request.headers as RouterRequest['headers'],
          body,
          remainingMs: Infinity,
          signal: caller,
        },
        new ResponseSink(response),
      );
    });
  });
}

/** Calls back at the end of the body, or as soon as it is too long; what follows then is read and thrown away. */
function readBody(request: http.IncomingMessage, maxBytes: number, done: (body: RouterRequest['body']) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    request.off('data', onData).off('end', onEnd).resume();
    done('too_large');
  };
  const onEnd = (): void => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  request.on('data', onData).on('end', onEnd);
  // A caller that goes before its body is whole gets no answer.
  request.on('error', () => request.destroy());
}

class Caller implements CallerSignal {
  aborted = false;
  private readonly listeners: (() => void)[] = [];

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.push(listener);
  }

  leave(): void {
    this.aborted = true;
    for (const listener of this.listeners) listener();
  }
}

class ResponseSink implements Sink {
  constructor(private readonly response: http.ServerResponse) {}

  get started(): boolean {
    return this.response.headersSent;
  }

  start(status: number, headers: Readonly<Record<string, string>>): void {
    this.response.writeHead(status, headers);
  }

  write(chunk: string): void | Promise<void> {
    if (this.response.destroyed || this.response.write(chunk)) return;
    return drained(this.response);
  }

  end(chunk?: string): Promise<void> {
    this.response.end(chunk);
    // The socket is written to at the end of this tick; work that need not come before it waits so long.
    return new Promise((resolve) => process.nextTick(resolve));
  }
}

/** Also resolves when the caller goes: then there is nobody left to wait for. */
function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
