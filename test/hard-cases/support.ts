/**
 * The ground of the named cases: one scripted upstream that plays the bytes of any provider, one router in front of it
 * with a model of every protocol, and a caller over real sockets that puts the answer together as clients do.
 */
import type { ServerResponse } from 'node:http';
import { setImmediate as later } from 'node:timers/promises';
import type { ConfigInput } from '../../config/schema';
import type { DecisionRecord } from '../../lib/records/decision-record';
import { anthropicMessages, bedrockConverse, geminiGenerateContent, openAiThroughHub } from '../chat/dialects';
import { type Assembled, type Chunk, assemble, bytesOf, dataOf } from '../chat/support';
import { type Exchange, Listener, type RecordedRequest, reset } from '../support/fake-vllm/listener';
import { configOf } from '../support/plans';
import { type Ask, type RouterOptions, type TestRouter, chat, startRouter } from '../support/router';

export const PROTOCOLS = ['openai', 'anthropic', 'gemini', 'bedrock'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How each cuts its stream into events. */
const DIALECTS = {
  openai: openAiThroughHub,
  anthropic: anthropicMessages,
  gemini: geminiGenerateContent,
  bedrock: bedrockConverse,
} as const;

/** What callers of these tests name, by the protocol behind it. */
export const MODELS: Readonly<Record<Protocol, string>> = {
  openai: 'gpt',
  anthropic: 'claude',
  gemini: 'flash',
  bedrock: 'nova',
};

/** Name of a target's model, which is not the name that callers use. */
export const TARGETS: Readonly<Record<Protocol, string>> = {
  openai: 'gpt-4o',
  anthropic: 'claude-sonnet-5',
  gemini: 'gemini-2.5-flash',
  bedrock: 'amazon.nova-lite-v1:0',
};

export type Handler = (exchange: Exchange) => Promise<void> | void;

/** An upstream that answers as the running test says. */
export interface Upstream {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  readonly connections: number;
  /** What the next requests get. */
  serve: Handler;
  stop(): Promise<void>;
}

export async function startUpstream(handler: Handler = () => undefined): Promise<Upstream> {
  const listener = new Listener('scripted', async (exchange) => {
    exchange.response.socket?.setNoDelay(true);
    await upstream.serve(exchange);
  });
  await listener.open();
  const upstream: Upstream = {
    url: listener.url,
    get requests() {
      return listener.requests;
    },
    get connections() {
      return listener.connections;
    },
    serve: handler,
    stop: () => listener.kill(),
  };
  return upstream;
}

export interface Play {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** `reset`: the connection is torn down behind the last byte. `hang`: nothing more comes. @default 'close' */
  readonly end?: 'close' | 'reset' | 'hang';
}

/** Plays bytes piece by piece; each piece is an HTTP chunk of its own, however the network puts them together. */
export function play(
  pieces: readonly (string | Uint8Array)[],
  { status = 200, headers = {}, end }: Play = {},
): Handler {
  return async ({ response }) => {
    response.writeHead(status, headers);
    response.flushHeaders();
    for (const piece of pieces) await send(response, piece);
    if (end === 'reset') await reset(response);
    else if (end !== 'hang') response.end();
  };
}

/** Writes, and waits until the caller has taken it if the caller is slow. */
export async function send(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  if (!response.write(piece)) {
    await new Promise<void>((resolve) => {
      const onReady = (): void => {
        response.off('drain', onReady).off('close', onReady);
        resolve();
      };
      response.on('drain', onReady).on('close', onReady);
    });
  }
  await later();
}

/** Bytes of a stream from the data of its events. */
export const framed = (protocol: Protocol, events: readonly string[]): Uint8Array =>
  bytesOf(events, DIALECTS[protocol]);

export const playEvents = (protocol: Protocol, events: readonly string[], how: Play = {}): Handler =>
  play(
    events.map((event) => framed(protocol, [event])),
    how,
  );

export function inPiecesOf(size: number, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

export const playJson = (body: object, how: Play = {}): Handler =>
  play([JSON.stringify(body)], { ...how, headers: { 'content-type': 'application/json', ...how.headers } });

export interface World {
  readonly upstream: Upstream;
  readonly router: TestRouter;
  stop(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'AKIA1', secretAccessKey: 'secret' };

/** `change` may name the upstream's own URL. */
export async function startWorld(
  change: (url: string) => Partial<ConfigInput> = () => ({}),
  options: RouterOptions = {},
): Promise<World> {
  const upstream = await startUpstream();
  const { url } = upstream;
  const router = await startRouter(
    configOf({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [url] } },
      providers: {
        anthropic: { secret: 'k', baseUrl: url },
        openai: { secret: 'k', baseUrl: `${url}/v1` },
        gemini: { secret: 'k', baseUrl: url },
        bedrock: { baseUrl: url },
      },
      models: {
        fast: { fleet: 'llama' },
        ...Object.fromEntries(
          PROTOCOLS.map((provider) => [MODELS[provider], { provider, model: TARGETS[provider] }] as const),
        ),
        'gemini/*': { provider: 'gemini' },
        'bedrock/*': { provider: 'bedrock' },
      },
      routes: [{ name: 'default', to: ['gpt'] }],
      ...change(url),
    }),
    { secrets: { k: 'provider-key' }, credentials: () => CREDENTIALS, ...options },
  );
  return {
    upstream,
    router,
    async stop() {
      await router.close();
      await upstream.stop();
    },
  };
}

/** A streamed answer as a caller has it in the end. */
export interface Streamed extends Assembled {
  readonly status: number;
  readonly headers: Headers;
  /** The `data` of each event. */
  readonly events: readonly string[];
  readonly chunks: readonly Chunk[];
  readonly done: boolean;
  /** Of the error event, or of the error that came instead of a stream. */
  readonly error: ToldError | null;
  readonly record: DecisionRecord;
}

export interface ToldError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

export async function askStream({ router }: World, model: string, ask: Ask = {}): Promise<Streamed> {
  const response = await chat(router.url, { ...ask, model, body: { stream: true, ...ask.body } });
  return streamed(response.status, response.headers, await response.text(), router);
}

function streamed(status: number, headers: Headers, text: string, router: TestRouter): Streamed {
  const events = status === 200 ? dataOf(text) : [text];
  const parsed = events.filter((data) => data !== '[DONE]').map((data) => JSON.parse(data) as Chunk & Told);
  const chunks = parsed.filter(({ error }) => error === undefined);
  return {
    status,
    headers,
    events,
    chunks,
    ...assemble(chunks),
    done: events.includes('[DONE]'),
    error: parsed.find(({ error }) => error !== undefined)?.error ?? null,
    record: lastRecord(router),
  };
}

interface Told {
  readonly error?: ToldError;
}

export interface Whole {
  readonly status: number;
  readonly headers: Headers;
  readonly body: WholeBody;
  readonly record: DecisionRecord;
}

export interface WholeBody extends Told {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: {
      readonly role: string;
      readonly content: string | null;
      readonly reasoning_content?: string;
      readonly refusal?: string | null;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly type: string;
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    };
    readonly finish_reason: string;
  }[];
  readonly usage?: Readonly<Record<string, unknown>>;
}

export async function askWhole({ router }: World, model: string, ask: Ask = {}): Promise<Whole> {
  const response = await chat(router.url, { ...ask, model });
  const body = (await response.json()) as WholeBody;
  return { status: response.status, headers: response.headers, body, record: lastRecord(router) };
}

/** The line is written when the caller has everything: a moment before or after it has read the end. */
export function lastRecord({ records }: TestRouter): DecisionRecord {
  return records.at(-1) as DecisionRecord;
}

/** The next record after those there are. */
export async function nextRecord({ records }: TestRouter, before: number): Promise<DecisionRecord> {
  while (records.length <= before) await later();
  return records[before] as DecisionRecord;
}

/** What a broken answer may never have. */
export function expectBroken(answer: Streamed, text: string): void {
  expect(answer.text).toBe(text);
  expect(answer.finishes).toEqual([]);
  expect(answer.done).toBe(false);
  expect(Object.keys(answer.error ?? {}).sort()).toEqual(['code', 'message', 'param', 'type']);
}
