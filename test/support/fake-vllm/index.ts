/**
 * A fake vLLM: no model, no GPU, but the sockets, endpoints, shapes and failures of the real OpenAI server, as
 * vLLM's source and documentation (0.18 to 0.29) tell them. Every response says `x-fake: vllm`.
 *
 * Answers are a pure function of the prompt, and ids mean the same in every process: an answer that one fake began,
 * another continues token by token.
 */
import type { Call, StreamSettings } from './answer';
import { chatCompletions, chatPromptIds } from './chat';
import { completions } from './completions';
import { Engine, type EngineSettings } from './engine';
import { badRequest, notFound, VllmError } from './errors';
import { Listener, type Exchange, type RecordedRequest } from './listener';
import { loadHeader, metricsText } from './metrics';
import { promptIds, type Script } from './model';
import { checkModel, type Json, type Served } from './request';
import { decode, encode } from './tokenizer';
import { sendJson, type Chunking } from './wire';

export type { Chunking, RecordedRequest, Script };
export { decode, encode } from './tokenizer';

export const DEFAULT_MODEL = 'meta-llama/Llama-3.1-8B-Instruct';
const VERSION = '0.29.0';

export interface FakeVllmOptions {
  /** @default 0, which picks one */
  readonly port?: number;
  /** Said in the header `x-fake-name`, to tell replicas apart. */
  readonly name?: string;
  /** @default - one, DEFAULT_MODEL, and any other name is accepted too */
  readonly models?: readonly string[];
  /** Refuse models that are not listed. @default - true if `models` is set */
  readonly strictModels?: boolean;
  /** The answer, or how to make it from the rendered prompt. @default - sentences made of a hash of the prompt */
  readonly script?: Script;
  /** `--api-key`: guards paths under /v1 only. */
  readonly apiKey?: string;
  /** `--max-model-len`. @default 131072 */
  readonly maxModelLen?: number;
  /** `--max-num-seqs`. @default 256 */
  readonly maxNumSeqs?: number;
  /** @default 131072 */
  readonly kvCacheTokens?: number;
  /** `--scheduling-policy`. @default 'priority', as our hosts start it; vLLM's own default is 'fcfs' */
  readonly schedulingPolicy?: 'priority' | 'fcfs';
  /** `--enable-server-load-tracking`: without it /load says 0. @default false */
  readonly serverLoadTracking?: boolean;
  /** @default 0 */
  readonly tokenDelayMs?: number;
  /** @default 'event' */
  readonly chunking?: Chunking;
}

export async function startFakeVllm(options: FakeVllmOptions = {}): Promise<FakeVllm> {
  const fake = new FakeVllm(options);
  await fake.open(options.port ?? 0);
  return fake;
}

export class FakeVllm implements EngineSettings, StreamSettings {
  // What may be changed while it runs.
  script: Script | undefined;
  tokenDelayMs: number;
  tokensPerTurn = 1;
  maxNumSeqs: number;
  kvCacheTokens: number;
  chunking: Chunking;
  endWithoutDone = false;
  emptyAbort: 'chunk' | 'silent' = 'chunk';
  /** SIGTERM never reaches the engine (a shell as PID 1): `drain` and `abort` do nothing. */
  loseSigterm = false;

  readonly name: string | undefined;
  readonly #served: Served;
  readonly #apiKey: string | undefined;
  readonly #serverLoadTracking: boolean;
  readonly #listener: Listener;
  readonly #engine: Engine;
  readonly #failures: { status: number; body: unknown }[] = [];
  readonly #failuresInside: { message: string | undefined; afterTokens: number }[] = [];

  /** Not yet listening: see startFakeVllm. */
  constructor(options: FakeVllmOptions) {
    this.script = options.script;
    this.tokenDelayMs = options.tokenDelayMs ?? 0;
    this.maxNumSeqs = options.maxNumSeqs ?? 256;
    this.kvCacheTokens = options.kvCacheTokens ?? 131_072;
    this.chunking = options.chunking ?? 'event';
    this.name = options.name;
    this.#served = {
      models: options.models ?? [DEFAULT_MODEL],
      strictModels: options.strictModels ?? options.models !== undefined,
      maxModelLen: options.maxModelLen ?? 131_072,
      schedulingPolicy: options.schedulingPolicy ?? 'priority',
    };
    this.#apiKey = options.apiKey;
    this.#serverLoadTracking = options.serverLoadTracking ?? false;
    this.#listener = new Listener('vllm', (exchange) => this.#serve(exchange));
    this.#engine = new Engine(this, this.#listener.bell);
  }

  get url(): string {
    return this.#listener.url;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** TCP connections accepted since the start. */
  get connections(): number {
    return this.#listener.connections;
  }

  /** Every request that was read, probes too. */
  get requests(): readonly RecordedRequest[] {
    return this.#listener.requests;
  }

  /** Requests the engine works on now. */
  get running(): number {
    return this.#engine.stats.running;
  }

  get waiting(): number {
    return this.#engine.stats.waiting;
  }

  /** Requests whose client went away; the engine stopped generating for them. */
  get aborted(): number {
    return this.#listener.aborted;
  }

  get generatedTokens(): number {
    return this.#engine.stats.generationTokens;
  }

  /** Resolves once `condition` holds; it is asked again at every request, connection, token and change of the queue. */
  until(condition: () => boolean, withinMs?: number): Promise<void> {
    return this.#listener.bell.until(condition, withinMs);
  }

  /**
   * SIGTERM with `--shutdown-timeout` above 0: what runs finishes, new requests get abort outputs, /health stays 200.
   * Resolves when nothing runs any more. The real process exits then; this one stays until `stop` or `kill`.
   */
  async drain(): Promise<void> {
    if (this.loseSigterm) return;
    this.#engine.shutDown();
    await this.until(() => this.running + this.waiting === 0, 600_000);
  }

  /** SIGTERM with `--shutdown-timeout 0`: what runs ends with `finish_reason: "abort"`, and so does what comes. */
  abort(): void {
    if (this.loseSigterm) return;
    this.#engine.shutDown();
    this.#engine.abortAll();
  }

  /** Tokens stand still, /health says 200 and requests are accepted. */
  hang(): void {
    this.#engine.hang();
  }

  /** All sockets are reset at once and the port is closed, as when the instance is gone. */
  kill(): Promise<void> {
    return this.#listener.kill();
  }

  /** `kill` once so many more tokens (at least one, of all requests together) have been sent. */
  killAfterTokens(tokens: number): void {
    this.#engine.dieAfter(tokens, () => this.kill());
  }

  /** Back as new, on the same port: after `kill`, `hang`, `drain` or `abort`. */
  async revive(): Promise<void> {
    this.#engine.restart();
    await this.#listener.open();
  }

  /** The next completion request is answered so. May be called several times, for one request each. */
  failNext(status: number, body?: unknown): void {
    this.#failures.push({ status, body });
  }

  /** What was still to fail is answered after all. */
  failNoMore(): void {
    this.#failures.length = 0;
  }

  /**
   * The engine fails inside the next completion request: an error event on a stream that is already 200, the first
   * event if `afterTokens` is 0; status 500 where nothing is streamed.
   */
  failNextInside(afterTokens = 0, message?: string): void {
    this.#failuresInside.push({ afterTokens, message });
  }

  open(port?: number): Promise<void> {
    return this.#listener.open(port);
  }

  stop(): Promise<void> {
    return this.#listener.kill();
  }

  async #serve(exchange: Exchange): Promise<void> {
    if (this.name !== undefined) exchange.response.setHeader('x-fake-name', this.name);
    try {
      await this.#route(exchange);
    } catch (error) {
      if (!(error instanceof VllmError)) throw error;
      if (!exchange.gone.aborted) sendJson(exchange.response, error.status, error.body);
    }
  }

  async #route(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    if (request.path.startsWith('/v1') && this.#apiKey !== undefined) {
      if (request.headers.authorization !== `Bearer ${this.#apiKey}`) {
        return sendJson(response, 401, { error: 'Unauthorized' });
      }
    }
    switch (`${request.method} ${request.path}`) {
      case 'GET /health':
      case 'GET /ping':
      case 'POST /ping':
        response.end();
        return;
      case 'GET /version':
        return sendJson(response, 200, { version: VERSION });
      case 'GET /load':
        return sendJson(response, 200, {
          server_load: this.#serverLoadTracking ? this.running + this.waiting : 0,
        });
      case 'GET /metrics':
        response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
        response.end(metricsText(this.#engine.stats, this.kvCacheTokens, this.#served.models[0] ?? ''));
        return;
      case 'GET /v1/models':
        return sendJson(response, 200, { object: 'list', data: this.#served.models.map((id) => this.#modelCard(id)) });
      case 'POST /tokenize':
        return sendJson(response, 200, this.#tokenize(bodyOf(request)));
      case 'POST /detokenize':
        return sendJson(response, 200, { prompt: decode((bodyOf(request)['tokens'] ?? []) as number[]) });
      case 'POST /v1/chat/completions':
        return this.#complete(exchange, chatCompletions);
      case 'POST /v1/completions':
        return this.#complete(exchange, completions);
      case 'POST /invocations':
        return this.#complete(exchange, bodyOf(request)['messages'] === undefined ? completions : chatCompletions);
      default:
        throw notFound();
    }
  }

  async #complete(
    exchange: Exchange,
    endpoint: (call: Call, body: Json, served: Served) => Promise<void>,
  ): Promise<void> {
    const failure = this.#failures.shift();
    if (failure !== undefined) {
      const body = failure.body ?? new VllmError(failure.status, 'InternalServerError', 'made to fail').body;
      return sendJson(exchange.response, failure.status, body);
    }
    const body = bodyOf(exchange.request);
    checkModel(body, this.#served);
    const format = exchange.request.headers['endpoint-load-metrics-format'];
    const load = typeof format === 'string' ? loadHeader(format, this.#engine.stats, this.kvCacheTokens) : undefined;
    if (load !== undefined) exchange.response.setHeader('endpoint-load-metrics', load);
    const inside = this.#failuresInside.shift();
    await endpoint(
      {
        exchange,
        engine: this.#engine,
        settings: this,
        failAfterTokens: inside?.afterTokens ?? Infinity,
        failMessage: inside?.message,
      },
      body,
      this.#served,
    );
  }

  #tokenize(body: Json): unknown {
    const special = body['add_special_tokens'] !== false;
    const prompt = body['prompt'];
    const tokens = typeof prompt === 'string' ? (special ? promptIds(prompt) : encode(prompt)) : chatPromptIds(body);
    return { count: tokens.length, max_model_len: this.#served.maxModelLen, tokens, token_strs: null };
  }

  #modelCard(id: string): unknown {
    return {
      id,
      object: 'model',
      created: Math.floor(Date.now() / 1_000),
      owned_by: 'vllm',
      root: id,
      parent: null,
      max_model_len: this.#served.maxModelLen,
      permission: [],
    };
  }
}

function bodyOf(request: RecordedRequest): Json {
  if (typeof request.body === 'object' && request.body !== null) return request.body as Json;
  throw badRequest('the body is not a JSON object');
}
