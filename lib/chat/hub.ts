/**
 * The one inner form of a chat: what the caller's protocol is read into and the target's protocol is written from, and
 * back. With it n protocols need n translators each way instead of n².
 */
import type { CacheFor } from './cache-control';
import type { JsonObject } from './json';

export interface HubRequest {
  /** One for one the caller's, so that an index here names the caller's own message; else the caller's `reword` tells. */
  readonly messages: readonly HubMessage[];
  readonly tools: readonly HubTool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallelToolCalls: boolean | null;
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly stop: readonly string[];
  readonly stream: boolean;
  readonly responseFormat:
    | { readonly kind: 'text' | 'json_object' }
    | {
        readonly kind: 'json_schema';
        readonly name: string;
        readonly schema: JsonObject;
        /** The caller asks that the answer keeps to the schema without exception. */
        readonly strict: boolean;
      };
  readonly reasoningEffort: string | null;
  /** Top-level parameters of the caller that no field above carries, by their name in the caller's protocol. */
  readonly other: Readonly<Record<string, unknown>>;
}

export interface HubMessage {
  /** `tool` messages hold tool results only, `system` messages text only. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly HubPart[];
}

export type HubPart = (
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'image';
      readonly source: { readonly url: string } | { readonly mediaType: string; readonly base64: string };
    }
  | { readonly kind: 'file'; readonly name: string | null; readonly mediaType: string; readonly base64: string }
  | HubReasoning
  | HubToolCall
  | { readonly kind: 'tool_result'; readonly id: string; readonly text: string }
) & {
  /** The prompt is cached up to the end of this part. Absent: no mark is here. */
  readonly cache?: CacheFor;
};

/** What a model thought. With a seal it can be sent back to its maker; what the seal is made of is nobody else's business. */
export interface HubReasoning {
  readonly kind: 'reasoning';
  readonly text: string;
  /** The seal of thoughts that can be read. */
  readonly signature?: string;
  /** Thoughts that only their maker can read, in place of `text`. */
  readonly redacted?: string;
}

export interface HubToolCall {
  readonly kind: 'tool_call';
  readonly id: string;
  readonly name: string;
  /** The JSON text as the model wrote it, never parsed and written again. */
  readonly argumentsJson: string;
  /** The model's sealed thoughts behind the call, which Gemini wants back with it. */
  readonly thoughtSignature?: string;
}

export interface HubTool {
  readonly name: string;
  readonly description: string | null;
  /** A JSON Schema; `null`: the tool takes no arguments. */
  readonly parameters: JsonObject | null;
  /** The caller asks that arguments keep to the schema without exception. */
  readonly strict: boolean;
  /** The prompt is cached up to the end of this tool. */
  readonly cache?: CacheFor;
}

export type HubFinish = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** Tokens of a request as billed: `promptTokens` includes cached ones. */
export interface HubUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Part of `cacheWriteTokens` that stays for an hour, at a price of its own. Absent: none. */
  readonly cacheWriteLongTokens?: number;
  /** Part of `completionTokens`; `null`: the provider does not say. */
  readonly reasoningTokens: number | null;
  /** How the provider served it (`priority`, `flex`, …), which has a price of its own. Absent: as usual. */
  readonly serviceTier?: string;
}

export interface HubChoice {
  readonly parts: readonly HubPart[];
  readonly finish: HubFinish;
  readonly refusal: string | null;
  readonly logprobs?: readonly HubLogprob[];
}

/** A whole answer; its own choice is the first. */
export interface HubAnswer extends HubChoice {
  readonly id: string;
  readonly model: string;
  readonly usage: HubUsage | null;
  /** The other choices, where several were asked for. */
  readonly others?: readonly HubChoice[];
}

/** A token of the text, with the likeliest ones at its place where they were asked for. */
export interface HubLogprob {
  readonly token: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** What happens in a streamed answer, in order. */
export type HubEvent =
  | { readonly kind: 'start'; readonly id: string; readonly model: string }
  | { readonly kind: 'usage'; readonly usage: HubUsage }
  | (HubChoiceEvent & {
      /** Which choice it belongs to; absent: the first. */
      readonly choice?: number;
    });

/** Tool calls are numbered from 0 in the order they begin in their choice. */
export type HubChoiceEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  /** All of what was thought so far without a seal between, once more with it. */
  | { readonly kind: 'sealed_reasoning'; readonly reasoning: HubReasoning }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'logprobs'; readonly tokens: readonly HubLogprob[] }
  | {
      readonly kind: 'tool_call';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly thoughtSignature?: string;
    }
  | { readonly kind: 'tool_arguments'; readonly index: number; readonly json: string }
  | { readonly kind: 'finish'; readonly finish: HubFinish };
