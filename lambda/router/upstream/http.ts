/** One POST to an upstream by `node:http(s)`, on connections that are kept. Redirects are not followed. */
import * as http from 'node:http';
import * as https from 'node:https';
import type { AttemptFailure } from '../../../lib/policy/reasons';

export interface Post {
  /** Base URL, to which `path` is added. */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connectMs: number;
  /** From now to the response's headers. */
  readonly headersMs: number;
  readonly signal: AbortSignal;
}

/** The upstream gave no response. */
export class UpstreamFailure extends Error {
  constructor(readonly failure: AttemptFailure) {
    super(failure);
  }
}

/** TCP keep-alive well below the 350 s after which NAT gateways and Lambda's network forget an idle flow. */
const KEEP_ALIVE = { keepAlive: true, keepAliveMsecs: 60_000, scheduling: 'lifo' } as const;
const agents = { http: new http.Agent(KEEP_ALIVE), https: new https.Agent(KEEP_ALIVE) };

/** Rejects with `UpstreamFailure`. */
export async function post(call: Post): Promise<http.IncomingMessage> {
  try {
    return await send(call, true);
  } catch (error) {
    // A kept connection may have died while nobody looked (the upstream closed it, this process was frozen). Nothing
    // was answered on it, so the request goes out once more on a new one.
    if (error instanceof StaleConnection) return send(call, false);
    throw error;
  }
}

class StaleConnection extends Error {}

function send(call: Post, keptConnection: boolean): Promise<http.IncomingMessage> {
  const { secure, ...place } = placeOf(call.origin);
  const agent = keptConnection ? (secure ? agents.https : agents.http) : false;
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request({
      ...place,
      path: place.path + call.path,
      method: 'POST',
      headers: call.headers,
      agent,
    });
    let failure: AttemptFailure | null = null;
    const giveUp = (reason: AttemptFailure): void => {
      failure ??= reason;
      request.destroy();
    };
    const headersTimer = setTimeout(giveUp, call.headersMs, 'first_event_timeout');
    // Stays for as long as the answer is read: a caller that goes ends the upstream's work at any point of it.
    call.signal.addEventListener('abort', () => giveUp('client_gone'));
    if (call.signal.aborted) giveUp('client_gone');

    request.on('socket', (socket) => {
      if (!socket.connecting) return;
      const connectTimer = setTimeout(giveUp, call.connectMs, 'connect_timeout');
      const clear = (): void => clearTimeout(connectTimer);
      socket.once(secure ? 'secureConnect' : 'connect', clear);
      socket.once('close', clear);
    });
    request.on('response', (response) => {
      clearTimeout(headersTimer);
      resolve(response);
    });
    request.on('error', () => {
      clearTimeout(headersTimer);
      const stale = failure === null && keptConnection && request.reusedSocket;
      reject(stale ? new StaleConnection() : new UpstreamFailure(failure ?? 'connect_failed'));
    });
    request.end(call.body);
  });
}

interface Place {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
}

const places = new Map<string, Place>();
const MOST_PLACES = 1_000;

/** Base URLs are few and parsing one takes longer than sending a request to it. */
function placeOf(origin: string): Place {
  const known = places.get(origin);
  if (known !== undefined) return known;
  const { protocol, hostname, port, pathname } = new URL(origin);
  const place = {
    secure: protocol === 'https:',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname.replace(/\/$/, ''),
  };
  // Replicas come and go by address.
  if (places.size >= MOST_PLACES) places.clear();
  places.set(origin, place);
  return place;
}
