/** Log probabilities in the two shapes of the API; the numbers are made of the ids. */
import { bytesOf } from './tokenizer';

const valueOf = (id: number): number => -((id % 97) + 1) / 100;
const textOf = (id: number): string => bytesOf(id).toString('utf8');

/** `logprobs: true, top_logprobs: n` of /v1/chat/completions. */
export function chatLogprobs(ids: readonly number[], top: number): unknown {
  const entry = (id: number): Record<string, unknown> => ({
    token: textOf(id),
    logprob: valueOf(id),
    bytes: [...bytesOf(id)],
  });
  return { content: ids.map((id) => ({ ...entry(id), top_logprobs: alternatives(id, top).map(entry) })) };
}

/** `logprobs: n` of /v1/completions. `offset` counts the characters sent before. */
export function completionLogprobs(ids: readonly number[], top: number, offset: number): unknown {
  const tokens = ids.map(textOf);
  let at = offset;
  return {
    text_offset: tokens.map((token) => (at += token.length) - token.length),
    token_logprobs: ids.map(valueOf),
    tokens,
    top_logprobs: ids.map((id) =>
      Object.fromEntries(alternatives(id, Math.max(1, top)).map((other) => [textOf(other), valueOf(other)])),
    ),
  };
}

/** The chosen id and its neighbours in the vocabulary. */
const alternatives = (id: number, count: number): number[] => Array.from({ length: count }, (_, index) => id + index);
