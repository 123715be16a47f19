/** Token counts of `usageMetadata` in the hub's terms. Source: https://ai.google.dev/api/generate-content#UsageMetadata */
import { servedBy } from '../billing';
import type { HubUsage } from '../hub';
import { type JsonObject, isObject } from '../json';

export interface GeminiUsage {
  /** With what came from the cache, without what tools of Google's own put into the prompt. */
  readonly prompt: number;
  readonly cached: number;
  readonly toolUsePrompt: number;
  /** Without thoughts. */
  readonly candidates: number;
  /** `null`: none are told. */
  readonly thoughts: number | null;
  /** `null`: not told. */
  readonly serviceTier: string | null;
}

export const NO_USAGE: GeminiUsage = {
  prompt: 0,
  cached: 0,
  toolUsePrompt: 0,
  candidates: 0,
  thoughts: null,
  serviceTier: null,
};

/** Later counts replace earlier ones, field by field: they are totals, and a field left out has not changed. */
export function updateUsage(before: GeminiUsage, usage: unknown): GeminiUsage {
  const given: JsonObject = isObject(usage) ? usage : {};
  const count = <T>(field: string, known: T): number | T => {
    const value = given[field];
    return typeof value === 'number' ? value : known;
  };
  const tier = given['serviceTier'];
  return {
    prompt: count('promptTokenCount', before.prompt),
    cached: count('cachedContentTokenCount', before.cached),
    toolUsePrompt: count('toolUsePromptTokenCount', before.toolUsePrompt),
    candidates: count('candidatesTokenCount', before.candidates),
    thoughts: count('thoughtsTokenCount', before.thoughts),
    // With or without what all of this enum's words begin with.
    serviceTier: typeof tier === 'string' ? tier.replace(/^SERVICE_TIER_/, '') : before.serviceTier,
  };
}

/** `null` where nothing was counted yet. Thoughts are billed as output. */
export function hubUsage(usage: GeminiUsage): HubUsage | null {
  const { prompt, cached, toolUsePrompt, candidates, thoughts, serviceTier } = usage;
  const promptTokens = prompt + toolUsePrompt;
  const completionTokens = candidates + (thoughts ?? 0);
  if (promptTokens + completionTokens === 0) return null;
  return {
    promptTokens,
    completionTokens,
    cacheReadTokens: Math.min(cached, promptTokens),
    cacheWriteTokens: 0,
    reasoningTokens: thoughts,
    ...servedBy(serviceTier),
  };
}
