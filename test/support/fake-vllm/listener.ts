/**
 * An HTTP listener on loopback that records what reaches it, can vanish as a lost instance does, and can come back on
 * the same port. The ground under the fakes of engines and closed APIs.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Bell } from './bell';

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With its question mark; empty if there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The body byte for byte, as text. */
  readonly text: string;
  /** The body parsed as JSON; undefined if it is none. */
  readonly body: unknown;
}

/** One request and its answer. `gone` is aborted when the socket closed before the answer was complete. */
export interface Exchange {
  readonly request: RecordedRequest;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
}

/** Responses that this side cut off: their clients did not leave. */
const cutHere = new WeakSet<ServerResponse>();

export class Listener {
  /** TCP connections accepted since the start. */
  connections = 0;
  /** Requests whose client went away before the answer was complete. Those this fake cut itself are not counted. */
  aborted = 0;
  readonly requests: RecordedRequest[] = [];
  readonly bell = new Bell();
  readonly #sockets = new Set<Socket>();
  readonly #server;
  readonly #answering = new Set<ServerResponse>();
  #port = 0;

  /** `fake` goes into the header `x-fake` of every response. */
  constructor(fake: string, serve: (exchange: Exchange) => Promise<void>) {
    this.#server = createServer((incoming, response) => {
      response.setHeader('x-fake', fake);
      // Uvicorn and the providers' edges send no keep-alive hint for a client's pool to lean on.
      response.removeHeader('connection');
      void this.#exchange(incoming, response, serve);
    });
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.bell.ring();
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  /** Opens the port; the same one as before after `kill`. Port 0 picks one. */
  async open(port = this.#port): Promise<void> {
    if (this.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** What a lost instance looks like from outside: every socket is reset and new connections are refused. */
  async kill(): Promise<void> {
    if (!this.listening) return;
    for (const response of this.#answering) cutHere.add(response);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) resetSocket(socket);
    await closed;
    this.bell.ring();
  }

  async #exchange(
    incoming: IncomingMessage,
    response: ServerResponse,
    serve: (exchange: Exchange) => Promise<void>,
  ): Promise<void> {
    const gone = new AbortController();
    this.#answering.add(response);
    response.on('error', () => undefined);
    response.on('close', () => {
      this.#answering.delete(response);
      if (response.writableFinished) return;
      if (!cutHere.has(response)) this.aborted += 1;
      gone.abort();
      this.bell.ring();
    });
    try {
      const request = await read(incoming);
      this.requests.push(request);
      this.bell.ring();
      await serve({ request, response, gone: gone.signal });
    } catch (error) {
      if (gone.signal.aborted) return;
      if (!response.headersSent) response.statusCode = 500;
      response.end(`the fake itself failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}

/** Resets the connection of one response. What was written before is sent first. */
export async function reset(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  cutHere.add(response);
  if (response.socket !== null) resetSocket(response.socket);
}

async function read(incoming: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, search } = new URL(incoming.url ?? '/', 'http://fake');
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: search,
    headers: incoming.headers,
    text,
    body: parse(text),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A socket that is being shut down cannot be reset: libuv refuses and the handle would stay open for ever. */
function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
