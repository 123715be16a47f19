/** A closed API of the OpenAI protocol, as small as it can be, whose sockets a test has in its hands. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Bell } from '../../support/fake-vllm/bell';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const WHOLE = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

const answerWhole: Answer = (_, response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(WHOLE);

export class Upstream {
  readonly bell = new Bell();
  requests = 0;
  connections = 0;
  readonly sockets = new Set<Socket>();
  #forgotten: ReadonlySet<Socket> = new Set();
  readonly #server;

  constructor(answer: Answer = answerWhole) {
    this.#server = createServer((request, response) => {
      if (this.#forgotten.has(request.socket)) return void request.socket.resetAndDestroy();
      this.requests += 1;
      request.resume();
      request.on('end', () => answer(request, response));
    });
    // What ends a connection here is the test.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.bell.ring();
      });
    });
  }

  /** As a gateway between that has lost track of idle connections: it says so only when the next packet comes. */
  forget(): void {
    this.#forgotten = new Set(this.sockets);
  }

  /** With `/v1`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }
}
