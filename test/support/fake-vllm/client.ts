/** A plain client for tests: one request by node:http, and what came back, however it ended. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

export interface Reply {
  /** 0 if the connection ended before there was a status. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The sizes of the pieces the body came in. */
  readonly pieces: readonly number[];
  /** Whether the body came to its end. */
  readonly complete: boolean;
  /** The system's name of what cut it off. */
  readonly errorCode?: string | undefined;
}

export interface ServerEvent {
  /** From the line `event:`. */
  readonly event: string | undefined;
  readonly data: string;
}

export interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
  /** Called with all text so far, at each piece. */
  readonly onText?: (text: string) => void;
}

/** Posts `body` as JSON, or gets if there is none. Never rejects: how a request fails is what tests ask for. */
export function send(url: string, { method, body, headers, agent, signal, onText }: Sent = {}): Promise<Reply> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const reply = {
      status: 0,
      headers: {} as IncomingHttpHeaders,
      complete: false,
      errorCode: undefined as string | undefined,
    };
    const finish = (error?: NodeJS.ErrnoException): void => {
      reply.errorCode ??= error?.code;
      resolve({ ...reply, text: Buffer.concat(pieces).toString('utf8'), pieces: pieces.map(({ length }) => length) });
    };
    const outgoing = request(
      url,
      {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        agent: agent ?? false,
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        reply.status = response.statusCode ?? 0;
        reply.headers = response.headers;
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          onText?.(Buffer.concat(pieces).toString('utf8'));
        });
        response.on('error', (error: NodeJS.ErrnoException) => (reply.errorCode = error.code));
        response.on('close', () => {
          reply.complete = response.complete;
          finish();
        });
      },
    );
    outgoing.on('error', finish);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export const json = (reply: Reply): unknown => JSON.parse(reply.text) as unknown;

/** The events of a stream as they stand between blank lines; a last one that was cut off is left out. */
export function eventsOf(text: string): ServerEvent[] {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const field = (name: string): string | undefined =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      return { event: field('event'), data: field('data') ?? '' };
    });
}

/** The JSON of all events but `[DONE]`. */
export const chunksOf = (text: string): unknown[] =>
  eventsOf(text)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as unknown);

export const isDone = (text: string): boolean => text.endsWith('data: [DONE]\n\n');
