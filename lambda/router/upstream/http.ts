/** One POST to an upstream by `node:http(s)`, on connections that are kept. Redirects are not followed. */
import * as http from 'node:http';
import * as https from 'node:https';
import type { AttemptFailure } from '../../../lib/policy/reasons';
import type { CallerSignal } from '../request';
import { CertificateMismatch, PinnedAgent } from './pinned-agent';

export interface Post {
  /** Base URL, to which `path` is added. */
  readonly origin: string;
  readonly path: string;
  /** SHA-256 of the one certificate that the upstream may show, in hexadecimal; absent: one that a public authority signed. */
  readonly certificateSha256?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connectMs: number;
  /** From now to the response's headers, or to its end. */
  readonly limitMs: number;
  readonly limitEnds: 'headers' | 'end';
  readonly signal: CallerSignal;
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
const pinned = new Map<string, PinnedAgent>();

/** Rejects with `UpstreamFailure`; what ends the answer later is an `UpstreamFailure` on its stream. */
export async function post(call: Post): Promise<http.IncomingMessage> {
  const sentMs = performance.now();
  try {
    return await send(call, true);
  } catch (error) {
    // A kept connection may have died while nobody looked (the upstream closed it, this process was frozen). That shows
    // at once, before the upstream can have begun to work, so the request goes out once more on a new one.
    const passedMs = performance.now() - sentMs;
    if (!(error instanceof KeptConnectionLost)) throw error;
    if (passedMs > STALE_WITHIN_MS) throw new UpstreamFailure('connect_failed');
    return send({ ...call, limitMs: call.limitMs - passedMs }, false);
  }
}

const STALE_WITHIN_MS = 100;

class KeptConnectionLost extends Error {}

function send(call: Post, keptConnection: boolean): Promise<http.IncomingMessage> {
  const { secure, host, ...place } = placeOf(call.origin);
  const pin = call.certificateSha256;
  if (pin !== undefined && !secure) return Promise.reject(new UpstreamFailure('certificate_mismatch'));
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request({
      ...place,
      path: place.path + call.path,
      method: 'POST',
      // As a flat list they are written as they stand; as an object each would be checked and copied twice.
      headers: flat(host, call.headers),
      agent: agentFor(secure, pin, keptConnection),
    });
    let failure: AttemptFailure | null = null;
    let answer: http.IncomingMessage | null = null;
    const giveUp = (reason: AttemptFailure): void => {
      failure ??= reason;
      if (answer !== null) return void answer.destroy(new UpstreamFailure(reason));
      request.destroy();
      // A request whose connection is still being made would tell of its end only when that is done.
      if (request.socket === null) onLost();
    };
    const late = call.limitEnds === 'headers' ? 'first_event_timeout' : 'deadline';
    const timer = setTimeout(() => giveUp(late), call.limitMs);
    // Stays for as long as the answer is read: a caller that goes ends the upstream's work at any point of it.
    call.signal.addEventListener('abort', () => giveUp('client_gone'));
    if (call.signal.aborted) giveUp('client_gone');

    const connectTimer = setTimeout(giveUp, call.connectMs, 'connect_timeout');
    const connected = (): void => clearTimeout(connectTimer);
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    request.on('response', (response) => {
      answer = response;
      if (call.limitEnds === 'headers') clearTimeout(timer);
      else response.on('close', () => clearTimeout(timer));
      resolve(response);
    });
    const onLost = (error?: Error): void => {
      connected();
      if (answer !== null) return;
      clearTimeout(timer);
      if (error instanceof CertificateMismatch) failure ??= 'certificate_mismatch';
      const lost = failure === null && keptConnection && request.reusedSocket;
      reject(lost ? new KeptConnectionLost() : new UpstreamFailure(failure ?? 'connect_failed'));
    };
    request.on('error', onLost);
    // Without an error where the upstream wants another protocol on the connection.
    request.on('close', () => onLost());
    request.end(call.body);
  });
}

function agentFor(secure: boolean, pin: string | undefined, keptConnection: boolean): http.Agent | false {
  if (pin === undefined) return keptConnection && (secure ? agents.https : agents.http);
  if (!keptConnection) return new PinnedAgent(pin, {});
  const known = pinned.get(pin);
  if (known !== undefined) return known;
  // Replicas come and go by certificate as they do by address.
  if (pinned.size >= MOST_PLACES) pinned.clear();
  const agent = new PinnedAgent(pin, KEEP_ALIVE);
  pinned.set(pin, agent);
  return agent;
}

function flat(host: string, headers: Post['headers']): string[] {
  const list = ['host', host];
  for (const name in headers) list.push(name, headers[name] as string);
  return list;
}

export interface Place {
  readonly secure: boolean;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
}

const places = new Map<string, Place>();
const MOST_PLACES = 1_000;

/** Base URLs are few and parsing one takes longer than sending a request to it. */
export function placeOf(origin: string): Place {
  const known = places.get(origin);
  if (known !== undefined) return known;
  const { protocol, host, hostname, port, pathname } = new URL(origin);
  const place = {
    secure: protocol === 'https:',
    host,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname.replace(/\/$/, ''),
  };
  // Replicas come and go by address.
  if (places.size >= MOST_PLACES) places.clear();
  places.set(origin, place);
  return place;
}
