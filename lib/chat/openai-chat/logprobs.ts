/** Probabilities of tokens as chat completions and their chunks have them. */
import type { HubLogprob } from '../hub';
import type { JsonObject } from '../json';

export function writeLogprobs(tokens: readonly HubLogprob[] | undefined): JsonObject | null {
  if (tokens === undefined) return null;
  return {
    content: tokens.map(({ token, logprob, top }) => ({
      ...written(token, logprob),
      top_logprobs: top.map((one) => written(one.token, one.logprob)),
    })),
    refusal: null,
  };
}

/** `bytes` is null: the token's text may be a part of a character, and nobody says which. */
const written = (token: string, logprob: number): JsonObject => ({ token, logprob, bytes: null });
