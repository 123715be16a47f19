/** What a closed model answers: parts of an answer, cut to pieces, with the tokens they cost. */
import { AnswerParser } from '../fake-vllm/answer-parser';
import { sentences, type Script } from '../fake-vllm/model';
import { encode } from '../fake-vllm/tokenizer';

export type Json = Readonly<Record<string, unknown>>;

export interface ToolCall {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface Answer {
  readonly reasoning: string;
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: 'end' | 'length' | 'stop-string' | 'tool-calls';
  /** The stop string that ended it. */
  readonly stopString: string | undefined;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface Asked {
  /** All text of the request, in its order. */
  readonly prompt: string;
  readonly offersTools: boolean;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  /** Tells the answers of one request apart. */
  readonly choice?: number;
}

/** Scripts are written as the fake vLLM's: `<think>…</think>` and `<tool_call>{…}</tool_call>` within the text. */
export function answer(asked: Asked, script: Script | undefined): Answer {
  const raw =
    typeof script === 'string' ? script : (script?.(asked.prompt) ?? sentences(`${asked.prompt}#${asked.choice ?? 0}`));
  const said = new AnswerParser({ tools: asked.offersTools, piecemeal: false }).push(raw, true) ?? {};
  const whole = said.content ?? '';
  const stopString = asked.stop.find((stop) => whole.includes(stop));
  const untilStop = stopString === undefined ? whole : whole.slice(0, whole.indexOf(stopString));
  const pieces = piecesOf(untilStop);
  const isCut = asked.maxTokens !== undefined && pieces.length > asked.maxTokens;
  const text = isCut ? pieces.slice(0, asked.maxTokens).join('') : untilStop;
  const toolCalls = isCut || stopString !== undefined ? [] : (said.tool_calls ?? []).map((call) => call.function);
  const reasoning = said.reasoning ?? '';
  return {
    reasoning,
    text,
    toolCalls: toolCalls.map((call) => ({ name: call.name ?? '', arguments: call.arguments ?? '' })),
    finish: isCut ? 'length' : stopString !== undefined ? 'stop-string' : toolCalls.length > 0 ? 'tool-calls' : 'end',
    stopString: isCut ? undefined : stopString,
    promptTokens: encode(asked.prompt).length,
    outputTokens: encode(reasoning + text + toolCalls.map((call) => call.arguments).join('')).length,
  };
}

/** Words with the space before them: what these APIs put into one event, more or less. */
export const piecesOf = (text: string): string[] => text.match(/\s*\S+|\s+$/gu) ?? [];

/** Every text in a request: strings under `text`, `content` and the like, wherever they are. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const { text, content, arguments: args, input } = value as Json;
  return textOf([text, content, args, input].filter((part) => part !== undefined));
}
