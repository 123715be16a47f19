/** An upstream that answers what a test says and keeps what it was sent, for endpoints that the fakes do not have. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Sent {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface ScriptedUpstream {
  readonly url: string;
  readonly sent: Sent[];
  stop(): Promise<void>;
}

export type Answer = (sent: Sent, response: http.ServerResponse) => void;

export async function startScriptedUpstream(answer: Answer): Promise<ScriptedUpstream> {
  const sent: Sent[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const one = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) as Sent['body'] };
      sent.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const asJson = (body: unknown, status = 200): Answer => {
  const text = JSON.stringify(body);
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(text);
};
