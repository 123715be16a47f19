/** One signed request by `node:http(s)`: small enough for a function that starts cold, with connections that are kept. */
import * as http from 'node:http';
import * as https from 'node:https';
import type { CredentialsProvider } from './credentials';
import { AwsError } from './errors';
import { signedHeaders } from './signature';

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From now to the answer's last byte. */
  readonly limitMs: number;
  /** On a connection of its own: kept ones may have died unseen while a function was frozen. */
  readonly newConnection?: boolean;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export type Send = (request: SignedRequest) => Promise<AwsResponse>;

/** TCP keep-alive well below the 350 s after which NAT gateways and Lambda's network forget an idle flow. */
const KEEP_ALIVE = { keepAlive: true, keepAliveMsecs: 60_000, scheduling: 'lifo' } as const;
const agents = { 'http:': new http.Agent(KEEP_ALIVE), 'https:': new https.Agent(KEEP_ALIVE) };

/** Signs as `service` in `region` (SigV4). Any status is an answer; rejects with an `AwsError` where there is none. */
export function signedSender(service: string, region: string, credentials: CredentialsProvider): Send {
  return async (request) => {
    const { method, url, body, headers } = request;
    const place = { service, region, host: url.host, path: url.pathname + url.search };
    return exchange(request, signedHeaders({ ...place, method, headers, body }, await credentials()));
  };
}

function exchange(
  { method, url, body, limitMs, newConnection }: SignedRequest,
  headers: Record<string, string>,
): Promise<AwsResponse> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: newConnection === true ? false : agents[secure ? 'https:' : 'http:'],
    });
    const timer = setTimeout(() => {
      fail('TimeoutError', `no answer within ${Math.round(limitMs)} ms`);
      request.destroy();
    }, limitMs);
    const fail = (type: string, why: string): void => {
      clearTimeout(timer);
      reject(new AwsError(type, `${url.host}: ${why}`, null));
    };
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
      // Without an `end` it broke off; after one this says nothing new.
      response.on('close', () => fail('ConnectionLost', 'the answer broke off'));
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail('ConnectionLost', error.code ?? error.message));
    request.end(body);
  });
}
