/**
 * The router on real sockets with a recording upstream behind each of its targets: what it sent for a caller's body, and
 * what it makes of an answer of known usage.
 */
import type { JsonObject } from '../../lib/chat/json';
import type { DecisionRecord } from '../../lib/records/decision-record';
import { eventStream } from '../support/event-stream';
import { type Exchange as Asked, Listener, type RecordedRequest, reset } from '../support/fake-vllm/listener';
import { type PartialConfig, configOf } from '../support/plans';
import { type Ask, type RouterOptions, type TestRouter, chat, startRouter } from '../support/router';
import { eventsOf } from '../support/sse';
import { type Counts, type Protocol, type Said, eventsOfAnswer, wholeAnswer } from './canned';

/** What an upstream says to one request. Left out: its canned answer. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text as it stands. */
  readonly body?: unknown;
  /** JSON texts of a stream's events, framed as the protocol frames them. */
  readonly events?: readonly string[];
  /** How it ends: by a reset, or not at all until the test is over. */
  readonly end?: 'reset' | 'never';
  /** Awaited before the last event. */
  readonly before?: Promise<void>;
}

export class Upstream implements Said {
  readonly listener: Listener;
  /** Used up in order. */
  replies: Reply[] = [];
  text = 'Hello';
  counts: Partial<Counts> = {};
  more: JsonObject = {};

  constructor() {
    this.listener = new Listener('upstream', (asked) => this.serve(asked));
  }

  get url(): string {
    return this.listener.url;
  }

  /** Without questions for its health. */
  get requests(): readonly RecordedRequest[] {
    return this.listener.requests.filter(({ method }) => method === 'POST');
  }

  async clear(): Promise<void> {
    this.replies = [];
    this.text = 'Hello';
    this.counts = {};
    this.more = {};
    this.listener.requests.length = 0;
    await this.listener.open();
  }

  private async serve({ request, response }: Asked): Promise<void> {
    if (request.method !== 'POST') return void response.end('{}');
    const protocol = protocolOf(request);
    const { status = 200, headers = {}, body, events, end, before } = this.replies.shift() ?? {};
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.statusCode = status;
    const streams = body === undefined && end === undefined && status === 200 && isStreamed(request);
    const given = events ?? (streams ? eventsOfAnswer(protocol, this) : null);
    if (given !== null) {
      response.setHeader(
        'content-type',
        protocol === 'bedrock' ? 'application/vnd.amazon.eventstream' : 'text/event-stream',
      );
      response.flushHeaders();
      for (const [index, event] of given.entries()) {
        if (index === given.length - 1 && before !== undefined) await before;
        response.write(protocol === 'bedrock' ? eventStream([event]) : sse(protocol, event));
      }
    }
    if (end === 'never') return;
    if (end === 'reset') return reset(response);
    if (given !== null) return void response.end();
    response.setHeader('content-type', 'application/json');
    const answer = body ?? (status === 200 ? wholeAnswer(protocol, this) : { error: { message: `status ${status}` } });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }
}

function protocolOf({ path }: RecordedRequest): Protocol {
  if (path.endsWith('/chat/completions')) return 'openai';
  if (path.endsWith('/messages')) return 'anthropic';
  return path.startsWith('/model/') ? 'bedrock' : 'gemini';
}

const isStreamed = ({ path, body }: RecordedRequest): boolean =>
  /stream/i.test(path) || (body as JsonObject)['stream'] === true;

function sse(protocol: Protocol, event: string): string {
  const name = protocol === 'anthropic' ? `event: ${(JSON.parse(event) as { type: string }).type}\n` : '';
  return `${name}data: ${event}\n\n`;
}

/** Two replicas of the fleet, one upstream a provider. `lab` is an engine at an address of the config's own. */
const NAMES = ['one', 'two', 'openai', 'anthropic', 'gemini', 'bedrock', 'lab'] as const;
export type UpstreamName = (typeof NAMES)[number];

/** What a caller names to be served by each protocol. */
export const TARGETS = ['gpt', 'claude', 'flash', 'converse'] as const;
/** Those that are reached through the hub. */
export const TRANSLATED = ['claude', 'flash', 'converse'] as const;
export type Target = (typeof TARGETS)[number] | 'fast' | 'lab';

export const SECRETS = { 'a/openai': 'secret-openai', 'a/anthropic': 'secret-anthropic', 'a/gemini': 'secret-gemini' };

export interface Sent {
  readonly status: number;
  /** The caller's answer. */
  readonly answer: JsonObject;
  readonly response: Response;
  /** What the upstream got; empty: nobody was asked. */
  readonly text: string;
  readonly body: JsonObject;
  readonly request: RecordedRequest | undefined;
  readonly dropped: readonly string[];
  readonly changed: readonly string[];
  readonly record: DecisionRecord;
}

export class World {
  readonly upstreams = Object.fromEntries(NAMES.map((name) => [name, new Upstream()])) as Record<
    UpstreamName,
    Upstream
  >;
  router!: TestRouter;
  private readonly started: TestRouter[] = [];

  async open(): Promise<void> {
    await Promise.all(this.all.map(({ listener }) => listener.open()));
  }

  /** A router with its own config beside or in place of the usual one. */
  async start(change: PartialConfig = {}, options: RouterOptions = {}): Promise<TestRouter> {
    const router = await startRouter(this.config(change), {
      secrets: SECRETS,
      credentials: () => ({ accessKeyId: 'A', secretAccessKey: 'secret-aws' }),
      ...options,
    });
    this.started.push(router);
    this.router = router;
    return router;
  }

  config(change: PartialConfig = {}): ReturnType<typeof configOf> {
    const { one, two, openai, anthropic, gemini, bedrock, lab } = this.upstreams;
    return configOf({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', context: 16_384, endpoints: [one.url, two.url] } },
      providers: {
        openai: { secret: 'a/openai', baseUrl: `${openai.url}/v1` },
        anthropic: { secret: 'a/anthropic', baseUrl: anthropic.url },
        gemini: { secret: 'a/gemini', baseUrl: gemini.url },
        bedrock: { baseUrl: bedrock.url },
        lab: { baseUrl: `${lab.url}/v1`, protocol: 'openai' },
      },
      models: {
        fast: { fleet: 'llama' },
        gpt: { provider: 'openai', model: 'gpt-4o' },
        claude: { provider: 'anthropic', model: 'claude-sonnet-4-5' },
        flash: { provider: 'gemini', model: 'gemini-3.5-flash-lite' },
        converse: { provider: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
        lab: { provider: 'lab', model: 'qwen' },
        'openai/*': { provider: 'openai' },
        'anthropic/*': { provider: 'anthropic' },
        'gemini/*': { provider: 'gemini' },
        'bedrock/*': { provider: 'bedrock' },
      },
      routes: [{ name: 'default', to: ['gpt', 'claude', 'flash', 'converse'] }],
      ...change,
    });
  }

  /** What goes out for a caller's body, and what comes of it. */
  async sent(model: string, body: Record<string, unknown> = {}, ask: Ask = {}): Promise<Sent> {
    const before = this.requests;
    const records = this.router.records.length;
    const response = await chat(this.router.url, { model, body, ...ask });
    const text = await response.text();
    const request = this.requests.find((one) => !before.includes(one));
    return {
      status: response.status,
      answer: body['stream'] === true && response.status === 200 ? {} : (JSON.parse(text) as JsonObject),
      response,
      text: request?.text ?? '',
      body: (request?.body ?? {}) as JsonObject,
      request,
      dropped: listed(response, 'x-hybrid-dropped-params'),
      changed: listed(response, 'x-hybrid-set-params'),
      record: this.router.records[records] as DecisionRecord,
    };
  }

  /** The data of each event that the caller gets. */
  async streamed(model: string, body: Record<string, unknown> = {}, ask: Ask = {}): Promise<string[]> {
    const response = await chat(this.router.url, { model, body: { stream: true, ...body }, ...ask });
    return eventsOf(await response.text());
  }

  get requests(): readonly RecordedRequest[] {
    return this.all.flatMap(({ requests }) => requests);
  }

  get last(): DecisionRecord {
    return this.router.records.at(-1) as DecisionRecord;
  }

  async clear(): Promise<void> {
    await Promise.all(this.all.map((upstream) => upstream.clear()));
  }

  async close(): Promise<void> {
    await Promise.all(this.started.map((router) => router.close()));
    await Promise.all(this.all.map(({ listener }) => listener.kill()));
  }

  private get all(): readonly Upstream[] {
    return Object.values(this.upstreams);
  }
}

function listed(response: Response, header: string): string[] {
  return (response.headers.get(header) ?? '').split(',').filter((name) => name !== '');
}

/** A world for one file of tests, with one router and everything clean before each test. */
export function useWorld(change: PartialConfig = {}, options: RouterOptions = {}): World {
  const world = new World();
  let usual: TestRouter;
  beforeAll(async () => {
    await world.open();
    usual = await world.start(change, options);
  });
  beforeEach(async () => {
    world.router = usual;
    await world.clear();
  });
  afterAll(() => world.close());
  return world;
}

/** The text that a stream's chunks say together. */
export const saidBy = (events: readonly string[]): string =>
  events
    .filter((event) => event !== '[DONE]')
    .flatMap((event) => (JSON.parse(event) as { choices?: { delta: { content?: string } }[] }).choices ?? [])
    .map(({ delta }) => delta.content ?? '')
    .join('');

export const user = (content: unknown): object => ({ role: 'user', content });
export const call = (id: string, name: string, args = '{}'): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
export const called = (...calls: object[]): object => ({ role: 'assistant', content: null, tool_calls: calls });
export const result = (id: string, content: string): object => ({ role: 'tool', tool_call_id: id, content });
export const tool = (name: string, parameters: object = { type: 'object', properties: {} }): object => ({
  type: 'function',
  function: { name, parameters },
});
