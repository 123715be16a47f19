/**
 * A double of Lambda's Runtime API: the server from which the runtime's process takes its invocations, and to which it
 * streams its answers. It is not Lambda: it limits no time, size or rate, and it ends no process.
 * Source: Lambda developer guide, "Using the Lambda runtime API".
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bell } from '../../support/fake-vllm/bell';
import { Invocation, type InvokeOptions } from './invocation';

const PREFIX = '/2018-06-01/runtime/';

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const api = new RuntimeApi();
  await api.open();
  return api;
}

export class RuntimeApi {
  readonly bell = new Bell();
  /** What the process said of a failed start. */
  readonly initErrors: string[] = [];
  readonly #server: Server = createServer((request, response) => this.#serve(request, response));
  readonly #queue: Invocation[] = [];
  readonly #known = new Map<string, Invocation>();
  #waiting: ServerResponse | null = null;

  /** As `AWS_LAMBDA_RUNTIME_API` has it. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Whether the process waits for its next invocation. Lambda freezes it then. */
  get idle(): boolean {
    return this.#waiting !== null;
  }

  async open(): Promise<void> {
    // The process waits for its next invocation as long as it takes.
    this.#server.requestTimeout = 0;
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  invoke(event: unknown, options: InvokeOptions = {}): Invocation {
    const invocation = new Invocation(event, this.bell, options);
    this.#known.set(invocation.id, invocation);
    this.#queue.push(invocation);
    this.#handOut();
    return invocation;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [what, id, part] = (request.url ?? '').slice(PREFIX.length).split('/');
    if (what === 'init') return read(request, response, (text) => this.initErrors.push(text));
    if (id === 'next') {
      this.#waiting = response;
      response.on('close', () => {
        if (this.#waiting === response) this.#waiting = null;
      });
      this.#handOut();
      return this.bell.ring();
    }
    const invocation = this.#known.get(id ?? '');
    if (invocation === undefined) throw new Error(`the process answers an invocation that it was not given: ${id}`);
    if (part === 'response') invocation.receive(request, response);
    else read(request, response, (text) => invocation.fail(text));
  }

  #handOut(): void {
    const response = this.#waiting;
    if (response === null) return;
    const invocation = this.#queue.shift();
    if (invocation === undefined) return;
    this.#waiting = null;
    invocation.handedOutMs = Date.now();
    response.writeHead(200, invocation.headers());
    response.end(JSON.stringify(invocation.event));
  }
}

function read(request: IncomingMessage, response: ServerResponse, take: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    take(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  });
}
