/** What a reader makes of an answer, in one form for the AI SDK and for us. */
import type { AnswerRead } from '../../../lib/chat/dialect';
import type { HubUsage } from '../../../lib/chat/hub';
import type { StreamRun } from '../../chat/support';
import { assemble } from '../../chat/support';

export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finish: string | null;
  /** `null` where nothing was counted; 0 and nothing are the same. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly reasoningTokens: number | null;
}

export const FIELDS = [
  'text',
  'reasoning',
  'calls',
  'finish',
  'promptTokens',
  'completionTokens',
  'cachedTokens',
  'reasoningTokens',
] as const satisfies readonly (keyof Reading)[];

/** A line of `oracle.mjs`. */
export interface OracleLine {
  readonly name: string;
  readonly error?: string;
  readonly errors: readonly string[];
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  readonly finish: string | null;
  readonly usage: {
    readonly inputTokens: { readonly total?: number; readonly cacheRead?: number };
    readonly outputTokens: { readonly total?: number; readonly reasoning?: number };
  } | null;
}

export function oracleReading({ text, reasoning, calls, finish, usage }: OracleLine): Reading {
  return {
    text,
    reasoning,
    calls: calls.map((call) => ({ name: call.name, arguments: parsed(call.arguments) })),
    finish: finish?.replace('-', '_') ?? null,
    promptTokens: counted(usage?.inputTokens.total),
    completionTokens: counted(usage?.outputTokens.total),
    cachedTokens: counted(usage?.inputTokens.cacheRead),
    reasoningTokens: counted(usage?.outputTokens.reasoning),
  };
}

/** Of the first of several answers, as the AI SDK asks for one only. It has no field for the words of a refusal. */
export function ourReading({ chunks, usage }: StreamRun): Reading {
  const first = chunks.map((chunk) => ({ ...chunk, choices: chunk.choices.filter(({ index }) => index === 0) }));
  const { text, reasoning, calls, finishes } = assemble(first);
  return {
    text,
    reasoning,
    calls: calls.map((call) => ({ name: call.name, arguments: parsed(call.arguments) })),
    finish: finishes.length === 1 ? (finishes[0] ?? null) : `${finishes.length} finishes`,
    ...ourCounts(usage ?? null),
  };
}

/** Of an answer that was not streamed. */
export function ourWholeReading({ body, finish, usage }: AnswerRead): Reading {
  const { choices } = JSON.parse(body) as { choices: readonly { message: WholeMessage }[] };
  const message = choices[0]?.message;
  return {
    text: message?.content ?? '',
    reasoning: message?.reasoning_content ?? '',
    calls: (message?.tool_calls ?? []).map((call) => ({
      name: call.function.name,
      arguments: parsed(call.function.arguments),
    })),
    finish,
    ...ourCounts(usage),
  };
}

interface WholeMessage {
  readonly content: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
}

const ourCounts = (
  usage: HubUsage | null,
): Pick<Reading, 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'reasoningTokens'> => ({
  promptTokens: counted(usage?.promptTokens),
  completionTokens: counted(usage?.completionTokens),
  cachedTokens: counted(usage?.cacheReadTokens),
  reasoningTokens: counted(usage?.reasoningTokens),
});

const counted = (tokens: number | null | undefined): number | null =>
  tokens === undefined || tokens === 0 ? null : tokens;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return { unparsable: json };
  }
}
