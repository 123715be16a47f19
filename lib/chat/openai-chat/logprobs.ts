/** Probabilities of tokens as chat completions and their chunks have them. */
import type { HubLogprob } from '../hub';
import { type JsonObject, isObject } from '../json';

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

/** `null`: there are none. */
export function readLogprobs(logprobs: unknown): readonly HubLogprob[] | null {
  const content = isObject(logprobs) ? logprobs['content'] : null;
  if (!Array.isArray(content) || content.length === 0) return null;
  return content.filter(isObject).map((token) => {
    const top = Array.isArray(token['top_logprobs']) ? token['top_logprobs'].filter(isObject) : [];
    return { ...readOne(token), top: top.map(readOne) };
  });
}

const readOne = ({ token, logprob }: JsonObject): { token: string; logprob: number } => ({
  token: String(token),
  logprob: Number(logprob),
});
