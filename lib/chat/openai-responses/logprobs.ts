/** Probabilities of tokens as parts of type `output_text` have them. */
import type { HubLogprob } from '../hub';
import type { JsonObject } from '../json';

export const writeLogprobs = (tokens: readonly HubLogprob[]): JsonObject[] =>
  tokens.map(({ token, logprob, top }) => ({
    ...written(token, logprob),
    top_logprobs: top.map((one) => written(one.token, one.logprob)),
  }));

const written = (token: string, logprob: number): JsonObject => ({ token, logprob, bytes: bytesOf(token) });

const UTF_8 = new TextEncoder();

/** The API requires them. A token that is a part of a character comes as U+FFFD, and nobody says which part. */
const bytesOf = (token: string): number[] => (token.includes('\uFFFD') ? [] : [...UTF_8.encode(token)]);
