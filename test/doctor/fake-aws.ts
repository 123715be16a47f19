/** AWS as far as `doctor` asks it, at a real address: what the SDK makes of its answers is part of the test. */
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status?: number;
  /** JSON, or XML as text. */
  readonly body: unknown;
}

/** By operation, such as `GetParameter`; the argument is what was asked, form fields or JSON. */
export type Answers = Readonly<Record<string, (asked: Readonly<Record<string, unknown>>) => Answer>>;

export interface FakeAws {
  readonly url: string;
  readonly calls: readonly string[];
  close(): Promise<void>;
}

export async function fakeAws(answers: Answers): Promise<FakeAws> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const { operation, asked } = await read(request);
    calls.push(operation);
    const answer = answers[operation]?.(asked) ?? {
      status: 400,
      body: { __type: 'NotImplemented', message: operation },
    };
    const isXml = typeof answer.body === 'string';
    response.writeHead(answer.status ?? 200, { 'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1' });
    response.end(isXml ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(request: IncomingMessage): Promise<{ operation: string; asked: Record<string, unknown> }> {
  const body = await text(request);
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    return { operation: target.split('.')[1] ?? '', asked: JSON.parse(body) as Record<string, unknown> };
  }
  const url = request.url ?? '';
  if (url.startsWith('/foundation-model-availability/')) {
    const modelId = decodeURIComponent(url.split('/').at(-1) ?? '');
    return { operation: 'GetFoundationModelAvailability', asked: { modelId } };
  }
  if (url.includes('/account-settings')) return { operation: 'GetAccountSettings', asked: {} };
  const form = Object.fromEntries(new URLSearchParams(body));
  return { operation: form['Action'] ?? url, asked: form };
}

export const xml = (operation: string, inner: string): Answer => ({
  body: `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inner}</${operation}Response>`,
});

/** EC2 wraps errors in its own way. */
export const ec2Error = (code: string): Answer => ({
  status: 400,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>`,
});

export const iamError = (code: string, status: number): Answer => ({
  status,
  body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});

export const jsonError = (type: string): Answer => ({ status: 400, body: { __type: type, message: 'no' } });
