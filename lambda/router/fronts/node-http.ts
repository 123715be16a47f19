/** The front of `serve`: the router behind `node:http`. */
import * as http from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody } from '../../../lib/chat/openai-chat/error';
import type { Router } from '../app';
import { drained } from './drained';
import type { CallerSignal, RouterRequest, Sink } from '../request';

const LAST_READ_MS = 10_000;

export function nodeHttpServer(router: Router, limits: { readonly maxBodyBytes: number }): http.Server {
  const server = http.createServer((request, response) => {
    const caller = new Caller();
    response.on('close', () => {
      if (!response.writableFinished) caller.leave();
    });
    readBody(request, limits.maxBodyBytes, (body) => {
      const answered = router(
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
      // What fails here is the logging of an answer; no other answer may suffer from it.
      answered.catch(() => response.destroy());
    });
  });
  return server.on('clientError', refuseMalformed);
}

/** A request that is no HTTP, or whose headers are too large, gets the shape of all errors. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const body = errorBody({ code: 'invalid_request', message: 'the request is not valid HTTP', param: null });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
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
    return new Promise((resolve) => {
      process.nextTick(() => {
        resolve();
        if (this.response.writableLength > 0) this.leaveSlowCaller();
      });
    });
  }

  /** All is said. Whoever does not read it keeps the connection no longer than this. */
  private leaveSlowCaller(): void {
    const timer = setTimeout(() => this.response.destroy(), LAST_READ_MS);
    this.response.once('close', () => clearTimeout(timer));
  }
}
