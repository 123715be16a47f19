/**
 * A fake of Bedrock's runtime: Converse, ConverseStream, and its copy of OpenAI's chat completions. Answers only what is
 * signed for it, with what the test gives it.
 */
import { setImmediate as later, setTimeout as sleep } from 'node:timers/promises';
import { sseEvent } from '../../lib/chat/sse';
import * as streams from '../chat/streams/bedrock';
import { eventStream } from './event-stream';
import { type Exchange, Listener, type RecordedRequest, reset } from './fake-vllm/listener';
import { sendJson } from './fake-vllm/wire';
import { isSignedBy, scopeOf } from './signature';

export interface FakeBedrockOptions {
  readonly region: string;
  /** Asked at each request, so that keys may change. */
  readonly secretAccessKey: () => string;
}

export async function startFakeBedrock(options: FakeBedrockOptions): Promise<FakeBedrock> {
  const fake = new FakeBedrock(options);
  await fake.listener.open();
  return fake;
}

export class FakeBedrock {
  readonly listener: Listener;
  /** What the next requests are refused with; `null`: nothing. */
  error: { readonly status: number; readonly message: string; readonly type: string } | null = null;
  /** The whole stream, byte for byte. */
  stream: Uint8Array = eventStream(streams.text);
  /** What Converse answers. */
  whole: unknown = WHOLE;
  /** Bytes written at once. */
  pieceBytes = 1_024;
  /** After each piece. */
  pauseMs = 0;
  /** The connection is reset after the last piece, not closed. */
  resets = false;

  constructor(private readonly options: FakeBedrockOptions) {
    this.listener = new Listener('bedrock', (exchange) => this.serve(exchange));
  }

  get url(): string {
    return this.listener.url;
  }

  get requests(): readonly RecordedRequest[] {
    return this.listener.requests;
  }

  /** Requests whose client went away before the answer was complete. */
  get aborted(): number {
    return this.listener.aborted;
  }

  /** Resolves once `condition` holds; it is asked again at every request, connection and departure. */
  until(condition: () => boolean, withinMs?: number): Promise<void> {
    return this.listener.bell.until(condition, withinMs);
  }

  stop(): Promise<void> {
    return this.listener.kill();
  }

  private async serve({ request, response, gone }: Exchange): Promise<void> {
    if (!this.isSigned(request)) return sendJson(response, 403, { message: 'The signature does not match.' });
    if (this.error !== null) {
      response.setHeader('x-amzn-errortype', this.error.type);
      return sendJson(response, this.error.status, { message: this.error.message });
    }
    const [, model, operation] = /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(request.path) ?? [];
    if (model !== undefined)
      return operation === 'converse' ? sendJson(response, 200, this.whole) : this.sendStream(response, gone);
    if (request.path !== '/openai/v1/chat/completions') return sendJson(response, 404, { message: 'Not found' });
    const { stream } = request.body as { stream?: boolean };
    if (stream !== true) return sendJson(response, 200, COMPLETION);
    response.setHeader('content-type', 'text/event-stream');
    response.end(CHUNKS.map((chunk) => sseEvent(chunk)).join(''));
  }

  private isSigned(request: RecordedRequest): boolean {
    const { method, path: url, headers, text } = request;
    const scope = scopeOf({ headers });
    if (scope?.service !== 'bedrock' || scope.region !== this.options.region) return false;
    return isSignedBy({ method, url, headers }, text, this.options.secretAccessKey());
  }

  private async sendStream(response: Exchange['response'], gone: AbortSignal): Promise<void> {
    response.setHeader('content-type', 'application/vnd.amazon.eventstream');
    response.flushHeaders();
    for (let at = 0; at < this.stream.length; at += this.pieceBytes) {
      response.write(this.stream.subarray(at, at + this.pieceBytes));
      await (this.pauseMs === 0 ? later() : sleep(this.pauseMs, undefined, { signal: gone }).catch(() => undefined));
      if (gone.aborted) return;
    }
    if (this.resets) return reset(response);
    response.end();
  }
}

const WHOLE = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello, 世界 🙂' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 10, outputTokens: 7, totalTokens: 17, cacheReadInputTokens: 100, cacheWriteInputTokens: 0 },
  metrics: { latencyMs: 5 },
};

const HEAD = { id: 'chatcmpl-of-bedrock', created: 1, model: 'openai.gpt-oss-120b-1:0' };
const USAGE = { prompt_tokens: 10, completion_tokens: 7, total_tokens: 17 };
const COMPLETION = {
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: USAGE,
};
const chunk = (choices: readonly object[], usage: object | null = null): string =>
  JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', choices, usage });
const CHUNKS = [
  chunk([{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }]),
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  chunk([], USAGE),
  '[DONE]',
];
