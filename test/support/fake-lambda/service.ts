/**
 * A fake of Lambda's API for `InvokeWithResponseStream` and of CloudFormation's `DescribeStacks`, on a real socket.
 * Functions are handlers wrapped by the fake runtime; what they write goes out as frames of AWS's event stream encoding.
 * Sources: Lambda API reference; Smithy, "application/vnd.amazon.eventstream".
 */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { type StreamingHandler, startInvocation } from './index';

export interface FakeAws {
  readonly url: string;
  /** Payloads that functions were called with, in order. */
  readonly payloads: { readonly name: string; readonly event: Record<string, unknown> }[];
  /** Makes the next invocations fail with an error of this name before the function runs. */
  refuseNext(name: string, status: number, times: number): void;
  /** Makes the next invocation end with this error code after what the function wrote. */
  failNext(errorCode: string): void;
  close(): Promise<void>;
}

export interface FakeAwsOptions {
  readonly functions: Readonly<Record<string, StreamingHandler<unknown>>>;
  /** Outputs of stacks by name. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export async function startFakeAws({ functions, stacks }: FakeAwsOptions): Promise<FakeAws> {
  const payloads: FakeAws['payloads'] = [];
  let refusal: { readonly name: string; readonly status: number; times: number } = { name: '', status: 0, times: 0 };
  let failure: string | null = null;
  const server = http.createServer((request, response) => {
    void readAll(request).then(async (body) => {
      const invoked = /\/functions\/([^/]+)\/response-streaming-invocations$/.exec(request.url ?? '')?.[1];
      if (invoked === undefined)
        return describeStacks(response, stacks, new URLSearchParams(body).get('StackName') ?? '');
      if (refusal.times > 0) {
        refusal.times -= 1;
        const { name, status } = refusal;
        response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name });
        return void response.end('{"Message":"refused by the fake"}');
      }
      const handler = functions[decodeURIComponent(invoked)];
      if (handler === undefined) {
        response.writeHead(404, {
          'content-type': 'application/json',
          'x-amzn-errortype': 'ResourceNotFoundException',
        });
        return void response.end('{"Message":"Function not found"}');
      }
      const event = JSON.parse(body) as Record<string, unknown>;
      payloads.push({ name: invoked, event });
      const errorCode = failure;
      failure = null;
      response.writeHead(200, {
        'content-type': 'application/vnd.amazon.eventstream',
        'x-amzn-remapped-content-type': 'application/vnd.awslambda.http-integration-response',
      });
      const { stream, finished } = startInvocation(handler, event);
      let sent = 0;
      const forward = (): void => {
        for (const { bytes } of stream.pieces.slice(sent)) {
          if (bytes.length > 0) response.write(frame('PayloadChunk', bytes, 'application/octet-stream'));
        }
        sent = stream.pieces.length;
      };
      const timer = setInterval(forward, 5);
      await finished;
      clearInterval(timer);
      forward();
      const complete = errorCode === null ? {} : { ErrorCode: errorCode, ErrorDetails: 'made by the fake' };
      response.end(frame('InvokeComplete', Buffer.from(JSON.stringify(complete)), 'application/json'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    payloads,
    refuseNext: (name, status, times) => (refusal = { name, status, times }),
    failNext: (errorCode) => (failure = errorCode),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One message: lengths, their checksum, headers, payload, checksum of all. */
function frame(eventType: string, payload: Buffer, contentType: string): Buffer {
  const headers = Buffer.concat(
    Object.entries({ ':event-type': eventType, ':content-type': contentType, ':message-type': 'event' }).map(header),
  );
  const message = Buffer.alloc(16 + headers.length + payload.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, 12);
  payload.copy(message, 12 + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
  return message;
}

const STRING_TYPE = 7;

function header([name, value]: [string, string]): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([STRING_TYPE]), length, bytes]);
}

function describeStacks(response: http.ServerResponse, stacks: FakeAwsOptions['stacks'], name: string): void {
  const outputs = stacks[name];
  response.setHeader('content-type', 'text/xml');
  if (outputs === undefined) {
    response.statusCode = 400;
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
    );
    return;
  }
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  response.end(
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><CreationTime>2026-11-21T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
}

async function readAll(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
