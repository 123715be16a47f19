/**
 * A fake of closed APIs: one server that answers as OpenAI at /v1/chat/completions and /v1/responses, as Anthropic
 * at /v1/messages and as Gemini at /v1beta/models/*, with made-up text, and fails in the ways those fail. Every response says `x-fake: closed`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Listener, reset, type Exchange, type RecordedRequest } from '../fake-vllm/listener';
import type { Script } from '../fake-vllm/model';
import { sendJson, startEvents, write, type Chunking } from '../fake-vllm/wire';
import { anthropic } from './anthropic';
import { answer, type Json } from './answer';
import { gemini } from './gemini';
import { openai } from './openai';
import { openaiResponses } from './openai-responses';
import type { Protocol } from './protocol';

export type { Chunking, RecordedRequest, Script };

/** How the server behaves. Events are counted as they go out; what ends a stream (`[DONE]`) is none. */
export type Mode =
  | { readonly kind: 'ok' }
  /** @default body - an error in the provider's own shape */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | { readonly kind: 'reset-before-headers' }
  | { readonly kind: 'reset-mid-stream'; readonly afterEvents: number }
  /** An error event in the provider's shape, after which the stream ends without its end mark. 0: the first event. */
  | { readonly kind: 'error-event'; readonly afterEvents: number; readonly status?: number; readonly message?: string }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** The port is closed and open connections are reset. */
  | { readonly kind: 'refuse' }
  /** Waits before the headers and before each event. */
  | { readonly kind: 'slow'; readonly delayMs: number };

export interface FakeClosedOptions {
  /** @default 0, which picks one */
  readonly port?: number;
  /** Said in the header `x-fake-name`. */
  readonly name?: string;
  /** @default - sentences made of a hash of the prompt */
  readonly script?: Script;
  /** Whether a request without its provider's key headers is refused. @default true */
  readonly requireKey?: boolean;
  /** @default 'event' */
  readonly chunking?: Chunking;
}

export async function startFakeClosed(options: FakeClosedOptions = {}): Promise<FakeClosed> {
  const fake = new FakeClosed(options);
  await fake.open(options.port ?? 0);
  return fake;
}

export class FakeClosed {
  script: Script | undefined;
  requireKey: boolean;
  chunking: Chunking;
  readonly name: string | undefined;
  readonly #listener: Listener;
  #mode: Mode = { kind: 'ok' };
  #replayed: { readonly events: readonly string[]; readonly end: boolean } | undefined;

  /** Not yet listening: see startFakeClosed. */
  constructor(options: FakeClosedOptions) {
    this.script = options.script;
    this.requireKey = options.requireKey ?? true;
    this.chunking = options.chunking ?? 'event';
    this.name = options.name;
    this.#listener = new Listener('closed', (exchange) => this.#serve(exchange));
  }

  get url(): string {
    return this.#listener.url;
  }

  get port(): number {
    return this.#listener.port;
  }

  get connections(): number {
    return this.#listener.connections;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#listener.requests;
  }

  /** Requests whose client went away before the answer was complete. */
  get aborted(): number {
    return this.#listener.aborted;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** Holds for all requests that come after it. */
  async setMode(mode: Mode): Promise<void> {
    this.#mode = mode;
    await (mode.kind === 'refuse' ? this.#listener.kill() : this.#listener.open());
  }

  /**
   * Streams exactly these events from now on, one JSON text each, framed as the path's protocol frames them.
   * `end: false` leaves out the end mark. `replay(undefined)` goes back to made-up answers.
   */
  replay(events: readonly string[] | undefined, { end = true }: { end?: boolean } = {}): void {
    this.#replayed = events === undefined ? undefined : { events, end };
  }

  /** Resolves once `condition` holds; it is asked again at every request, connection and departure. */
  until(condition: () => boolean, withinMs?: number): Promise<void> {
    return this.#listener.bell.until(condition, withinMs);
  }

  open(port?: number): Promise<void> {
    return this.#listener.open(port);
  }

  stop(): Promise<void> {
    return this.#listener.kill();
  }

  async #serve({ request, response, gone }: Exchange): Promise<void> {
    if (this.name !== undefined) response.setHeader('x-fake-name', this.name);
    const protocol = protocolOf(request);
    if (protocol === undefined) return sendJson(response, 404, openai.error(404, `Unknown path ${request.path}.`));
    for (const [name, value] of Object.entries(protocol.headers())) response.setHeader(name, value);
    const refusal = this.requireKey ? protocol.refusalOfKey(request) : undefined;
    if (refusal !== undefined) return sendJson(response, refusal.status, refusal.body);

    const mode = this.#mode;
    switch (mode.kind) {
      case 'hang':
        return;
      case 'reset-before-headers':
        return reset(response);
      case 'status':
        for (const [name, value] of Object.entries(mode.headers ?? {})) response.setHeader(name, value);
        return sendJson(response, mode.status, mode.body ?? protocol.error(mode.status));
      case 'slow':
        await pause(mode.delayMs, gone);
        break;
      case 'ok':
      case 'refuse':
      case 'reset-mid-stream':
      case 'error-event':
    }
    await this.#answer(protocol, mode, { request, response, gone });
  }

  async #answer(protocol: Protocol, mode: Mode, exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    const body = request.body as Json | undefined;
    const refusal = body === undefined ? undefined : protocol.refusalOfBody(body);
    if (body === undefined || refusal !== undefined) {
      return sendJson(response, refusal?.status ?? 400, refusal?.body ?? protocol.error(400, 'The body is not JSON.'));
    }
    const answers = protocol.asked(body).map((asked) => answer(asked, this.script));
    if (protocol.streams(request)) {
      const made = { events: protocol.events(body, answers).map((event) => JSON.stringify(event)), end: true };
      return this.#stream(protocol, mode, this.#replayed ?? made, exchange);
    }
    if (mode.kind === 'reset-mid-stream') return reset(response);
    if (mode.kind === 'error-event') {
      return sendJson(response, mode.status ?? 500, protocol.error(mode.status ?? 500, mode.message));
    }
    sendJson(response, 200, protocol.whole(body, answers));
  }

  async #stream(
    protocol: Protocol,
    mode: Mode,
    { events, end }: { readonly events: readonly string[]; readonly end: boolean },
    { response, gone }: Exchange,
  ): Promise<void> {
    const cutAt = mode.kind === 'reset-mid-stream' || mode.kind === 'error-event' ? mode.afterEvents : Infinity;
    startEvents(response);
    for (const [sent, event] of events.entries()) {
      if (sent >= cutAt) break;
      if (mode.kind === 'slow') await pause(mode.delayMs, gone);
      if (gone.aborted) return;
      await write(response, protocol.frame(event), this.chunking);
    }
    if (mode.kind === 'reset-mid-stream') return reset(response);
    if (mode.kind === 'error-event') {
      const error = protocol.error(mode.status ?? 500, mode.message);
      await write(response, protocol.frame(JSON.stringify(error)), this.chunking);
    } else if (end && protocol.end !== '') {
      await write(response, protocol.end, this.chunking);
    }
    response.end();
  }
}

const PROTOCOLS: Readonly<Record<string, Protocol | undefined>> = {
  'POST /v1/chat/completions': openai,
  'POST /v1/responses': openaiResponses,
  'POST /v1/messages': anthropic,
};

const GEMINI = /^POST \/v1beta\/models\/[^/]+:(?:generateContent|streamGenerateContent)$/;

function protocolOf({ method, path }: RecordedRequest): Protocol | undefined {
  const asked = `${method} ${path}`;
  return PROTOCOLS[asked] ?? (GEMINI.test(asked) ? gemini : undefined);
}

const pause = (ms: number, gone: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: gone }).catch(() => undefined);
