/**
 * A fake DynamoDB on a real socket: GetItem, PutItem, UpdateItem, DeleteItem, Query, Scan, and tables that are made and
 * described. Conditions and updates are those of the developer guide; each operation is done in one step. It can throttle,
 * fail, be slow, lose answers, and tell what was written. What it is not: no streams of its own, no transactions, no
 * capacity, no nested attributes.
 */
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { FakeError } from './errors';
import { isSignedBy } from '../signature';
import { FakeTables, type Input, type TableChange } from './tables';

export interface FakeDynamo {
  readonly url: string;
  /** Every request in its order, also those that failed. */
  readonly calls: { readonly operation: string; readonly input: Input }[];
  /** Connections that were opened. */
  readonly connections: number;
  /** What happens to the next requests, each use once. Without `operation`: to any of them. */
  next(fault: Fault, times?: number, operation?: string): void;
  /** The same for all requests, or all of that operation, until `null`. */
  always(fault: Fault | null, operation?: string): void;
  stop(): Promise<void>;
}

export type Fault =
  | { readonly kind: 'error'; readonly type: string; readonly status?: number }
  /** Closes the connection without doing anything. */
  | { readonly kind: 'drop' }
  /** Does it, then closes the connection: nobody knows. */
  | { readonly kind: 'lose_answer' }
  /** Does nothing and says nothing. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'html'; readonly status: number };

export const THROTTLED: Fault = { kind: 'error', type: 'ThrottlingException' };
export const BROKEN: Fault = { kind: 'error', type: 'InternalServerError', status: 500 };

export interface FakeDynamoOptions {
  /** Most items of a page. @default 100 */
  readonly pageItems?: number;
  /** Requests that are not signed with this secret are refused. @default - any signature will do */
  readonly secretAccessKey?: string;
  /** Told of each item that was written, at once and in order: what a stream is made of. */
  readonly changed?: (change: TableChange) => void;
}

export async function startFakeDynamo(options: FakeDynamoOptions = {}): Promise<FakeDynamo> {
  const tables = new FakeTables(options.pageItems ?? 100, options.changed);
  const calls: FakeDynamo['calls'] = [];
  const queued: { readonly fault: Fault; readonly operation: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  let lasting: { readonly fault: Fault | null; readonly operation: string | undefined } = {
    fault: null,
    operation: undefined,
  };
  let connections = 0;

  const faultFor = (operation: string): Fault | null => {
    const index = queued.findIndex((one) => one.operation === undefined || one.operation === operation);
    if (index >= 0) return queued.splice(index, 1)[0]?.fault ?? null;
    return (lasting.operation ?? operation) === operation ? lasting.fault : null;
  };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const operation = /^DynamoDB_20120810\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
      const input = JSON.parse(body) as Input;
      calls.push({ operation, input });
      const fault = faultFor(operation);
      const answer = (): void =>
        respond(response, () => {
          if (!isSignedBy(request, body, options.secretAccessKey)) {
            throw new FakeError('InvalidSignatureException', 'The request signature does not match');
          }
          return tables.run(operation, input);
        });
      switch (fault?.kind) {
        case undefined:
          return answer();
        case 'error':
          return respond(response, () => {
            throw new FakeError(fault.type, 'as the test wants it', fault.status);
          });
        case 'drop':
          return void request.socket.destroy();
        case 'lose_answer':
          tables.run(operation, input);
          return void request.socket.destroy();
        case 'silence':
          return;
        case 'delay':
          return void setTimeout(answer, fault.ms);
        case 'html':
          response.writeHead(fault.status, { 'content-type': 'text/html' });
          return void response.end('<html>unwell</html>');
      }
    });
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get connections() {
      return connections;
    },
    next: (fault, times = 1, operation) => {
      for (let time = 0; time < times; time++) queued.push({ fault, operation });
    },
    always: (fault, operation) => {
      lasting = { fault, operation };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function respond(response: http.ServerResponse, work: () => object): void {
  const send = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  };
  try {
    send(200, work());
  } catch (error) {
    if (!(error instanceof FakeError)) throw error;
    const service =
      error.type === 'ValidationException' ? 'com.amazon.coral.validate' : 'com.amazonaws.dynamodb.v20120810';
    send(error.status, { __type: `${service}#${error.type}`, message: error.message, ...error.more });
  }
}
