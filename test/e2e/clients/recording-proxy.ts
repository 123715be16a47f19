/** Stands between the router and steady, and keeps what steady says of each request: the router passes no headers on. */
import { type IncomingMessage, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Verdict {
  readonly path: string;
  readonly body: unknown;
  readonly isValid: boolean;
  /** What is wrong, as `code path: message`. */
  readonly errors: readonly string[];
}

export interface RecordingProxy {
  /** With `/v1`, which steady does not know. */
  readonly url: string;
  readonly verdicts: Verdict[];
  close(): Promise<void>;
}

export async function startRecordingProxy(upstream: string): Promise<RecordingProxy> {
  const verdicts: Verdict[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const text = await textOf(incoming);
      const path = (incoming.url ?? '/').replace(/^\/v1/, '');
      const { method, headers } = incoming;
      const outgoing = send(`${upstream}${path}`, { method, headers }, (answer) => {
        verdicts.push({ path, body: JSON.parse(text) as unknown, ...verdictOf(answer) });
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', (error) => response.destroy(error));
      outgoing.end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    verdicts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function verdictOf({ headers }: IncomingMessage): Pick<Verdict, 'isValid' | 'errors'> {
  const count = Number(headers['x-steady-error-count'] ?? 0);
  const said = (index: number, what: string): string => String(headers[`x-steady-error-${index}-${what}`] ?? '');
  return {
    isValid: headers['x-steady-request-valid'] === 'true',
    errors: Array.from({ length: count }, (_error, at) => at + 1).map(
      (index) => `${said(index, 'code')} ${said(index, 'path')}: ${said(index, 'message')}`,
    ),
  };
}
