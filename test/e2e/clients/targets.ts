/** What stands behind each model of the stage, with one way to say what it does for all protocols. */
import * as bedrockEvents from '../../chat/streams/bedrock';
import { eventStream } from '../../support/event-stream';
import type { Stage } from './stage';

export interface Target {
  /** The protocol that the router speaks there. */
  readonly protocol: string;
  /** As callers name it. */
  readonly model: string;
  /** Answers with this text. */
  says(stage: Stage, text: string): void;
  /** Answers with these calls of tools. */
  calls(stage: Stage, ...calls: readonly ToolCall[]): void;
  /** Refuses with this status whatever comes next. */
  refuses(stage: Stage, status: number, retryAfterSeconds?: number): Promise<void> | void;
  /** Its connection is reset within a streamed answer of this text. */
  breaksOff(stage: Stage, text: string): Promise<void> | void;
  /** Streams a text over more than ten seconds. */
  streamsSlowly(stage: Stage): Promise<void> | void;
  /** Who counts clients that left in the middle of an answer. */
  left(stage: Stage): Left;
  /** The last request that came there, as text. */
  lastBody(stage: Stage): string;
  /** As new. */
  reset(stage: Stage): Promise<void> | void;
}

export interface Left {
  /** How many so far. */
  readonly aborted: number;
  until(condition: () => boolean, withinMs: number): Promise<void>;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const LONG_TEXT = Array.from({ length: 100 }, (_, index) => `word${index}`).join(' ');
const SLOWLY_MS = 200;
/** Within the text of every protocol: a stream of Responses begins with four events without any. */
const EVENTS_BEFORE_RESET = 6;

const inText = (calls: readonly ToolCall[]): string =>
  calls.map((call) => `<tool_call>${JSON.stringify(call)}</tool_call>`).join('');

const textOfLast = ({ requests }: { readonly requests: readonly { readonly body: unknown }[] }): string =>
  JSON.stringify(requests.findLast(({ body }) => body !== undefined)?.body);

function closed(protocol: string, model: string): Target {
  return {
    protocol,
    model,
    says: (stage, text) => void (stage.closed.script = text),
    calls: (stage, ...calls) => void (stage.closed.script = inText(calls)),
    refuses: (stage, status, seconds) =>
      stage.closed.setMode({
        kind: 'status',
        status,
        ...(seconds !== undefined && { headers: { 'retry-after': String(seconds) } }),
      }),
    breaksOff(stage, text) {
      stage.closed.script = text;
      return stage.closed.setMode({ kind: 'reset-mid-stream', afterEvents: EVENTS_BEFORE_RESET });
    },
    streamsSlowly(stage) {
      stage.closed.script = LONG_TEXT;
      return stage.closed.setMode({ kind: 'slow', delayMs: SLOWLY_MS });
    },
    left: (stage) => stage.closed,
    lastBody: (stage) => textOfLast(stage.closed),
    reset(stage) {
      stage.closed.script = undefined;
      return stage.closed.setMode({ kind: 'ok' });
    },
  };
}

const llama: Target = {
  protocol: 'vllm',
  model: 'llama',
  says: ({ vllm }, text) => void (vllm.script = text),
  calls: ({ vllm }, ...calls) => void (vllm.script = inText(calls)),
  refuses({ vllm }, status) {
    // More than any client tries.
    for (let count = 0; count < 10; count += 1) vllm.failNext(status);
  },
  breaksOff({ vllm }, text) {
    vllm.script = text;
    vllm.killAfterTokens(3);
  },
  streamsSlowly({ vllm }) {
    vllm.script = LONG_TEXT;
    vllm.tokenDelayMs = SLOWLY_MS;
  },
  left: ({ vllm }) => vllm,
  lastBody: ({ vllm }) => textOfLast(vllm),
  async reset({ vllm }) {
    vllm.script = undefined;
    vllm.tokenDelayMs = 0;
    vllm.killAfterTokens(Infinity);
    vllm.failNoMore();
    await vllm.revive();
  },
};

const AWS_ERRORS: Readonly<Record<number, string | undefined>> = {
  400: 'ValidationException',
  429: 'ThrottlingException',
};

const nova: Target = {
  protocol: 'bedrock',
  model: 'nova',
  says({ bedrock }, text) {
    bedrock.stream = eventStream(bedrockEvents.whole('end_turn', ...bedrockEvents.textBlock(0, ...piecesOf(text))));
    bedrock.whole = converse('end_turn', [{ text }]);
  },
  calls({ bedrock }, ...calls) {
    const blocks = calls.flatMap(({ name, arguments: input }, index) => [
      bedrockEvents.start(index, { toolUseId: `tooluse_${index}`, name }),
      ...(JSON.stringify(input).match(/.{1,6}/gsu) ?? []).map((piece) =>
        bedrockEvents.delta(index, { toolUse: { input: piece } }),
      ),
      bedrockEvents.stop(index),
    ]);
    bedrock.stream = eventStream(bedrockEvents.whole('tool_use', ...blocks));
    const uses = calls.map(({ name, arguments: input }, index) => ({
      toolUse: { toolUseId: `tooluse_${index}`, name, input },
    }));
    bedrock.whole = converse('tool_use', uses);
  },
  refuses({ bedrock }, status) {
    bedrock.error = { status, message: 'made to fail', type: AWS_ERRORS[status] ?? 'InternalServerException' };
  },
  breaksOff({ bedrock }, text) {
    bedrock.stream = eventStream([
      bedrockEvents.MESSAGE_START,
      ...piecesOf(text)
        .slice(0, 3)
        .map((piece) => bedrockEvents.delta(0, { text: piece })),
    ]);
    bedrock.resets = true;
  },
  streamsSlowly(stage) {
    nova.says(stage, LONG_TEXT);
    stage.bedrock.pieceBytes = 200;
    stage.bedrock.pauseMs = SLOWLY_MS;
  },
  left: ({ bedrock }) => bedrock,
  lastBody: ({ bedrock }) => textOfLast(bedrock),
  reset({ bedrock }) {
    Object.assign(bedrock, { error: null, resets: false, pieceBytes: 1_024, pauseMs: 0 });
  },
};

const converse = (stopReason: string, content: readonly object[]): unknown => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 10, outputTokens: 7, totalTokens: 17 },
  metrics: { latencyMs: 5 },
});

const piecesOf = (text: string): string[] => text.match(/\s*\S+/gu) ?? [];

export const targets: readonly Target[] = [
  closed('openai', 'gpt'),
  closed('anthropic', 'claude'),
  closed('gemini', 'flash'),
  nova,
  llama,
];
