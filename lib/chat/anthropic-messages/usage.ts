/** Token counts and stop reasons of the Messages API, in the hub's terms. */
import { servedBy, writtenForLong } from '../billing';
import type { HubFinish, HubUsage } from '../hub';
import { type JsonObject, isObject } from '../json';

/** Counts as Anthropic keeps them: `input_tokens` has neither what was read from the cache nor what was written to it. */
export interface MessagesUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Part of `cacheWrite` that stays for an hour. */
  readonly cacheWriteLong: number;
  readonly output: number;
  /** `null`: not told. */
  readonly serviceTier: string | null;
}

export const NO_USAGE: MessagesUsage = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: 0,
  output: 0,
  serviceTier: null,
};

/** Later counts replace earlier ones, field by field: they are totals, and a field left out has not changed. */
export function updateUsage(before: MessagesUsage, usage: unknown): MessagesUsage {
  const given: JsonObject = isObject(usage) ? usage : {};
  const count = (field: string, known: number): number => {
    const value = given[field];
    return typeof value === 'number' ? value : known;
  };
  const { cache_creation: created, service_tier: tier } = given;
  const long = isObject(created) ? created['ephemeral_1h_input_tokens'] : null;
  return {
    input: count('input_tokens', before.input),
    cacheRead: count('cache_read_input_tokens', before.cacheRead),
    cacheWrite: count('cache_creation_input_tokens', before.cacheWrite),
    cacheWriteLong: typeof long === 'number' ? long : before.cacheWriteLong,
    output: count('output_tokens', before.output),
    serviceTier: typeof tier === 'string' ? tier : before.serviceTier,
  };
}

export function hubUsage({
  input,
  cacheRead,
  cacheWrite,
  cacheWriteLong,
  output,
  serviceTier,
}: MessagesUsage): HubUsage {
  return {
    promptTokens: input + cacheRead + cacheWrite,
    completionTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    reasoningTokens: null,
    ...writtenForLong(cacheWriteLong),
    ...servedBy(serviceTier),
  };
}

/** Of an answer whose target does not say. */
export const NO_HUB_USAGE: HubUsage = hubUsage(NO_USAGE);

/** As a caller of the Messages API reads it. */
export const writeUsage = (usage: HubUsage): JsonObject => ({
  input_tokens: Math.max(0, usage.promptTokens - usage.cacheReadTokens - usage.cacheWriteTokens),
  cache_creation_input_tokens: usage.cacheWriteTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  output_tokens: usage.completionTokens,
});

const FINISH: Readonly<Record<string, HubFinish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** A reason that is not known yet still says that the model stopped by itself. */
export function finishOf(stopReason: string): HubFinish {
  return (Object.hasOwn(FINISH, stopReason) ? FINISH[stopReason] : undefined) ?? 'stop';
}

/** Why the model refused, where it says so. */
export function refusalOf(stopDetails: unknown): string | null {
  const explanation = isObject(stopDetails) ? stopDetails['explanation'] : null;
  return typeof explanation === 'string' && explanation !== '' ? explanation : null;
}
