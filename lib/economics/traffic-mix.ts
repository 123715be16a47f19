/** What tokens are: read or written, seen before or not. */

export interface TrafficMix {
  /** Share of all tokens that are input, 0 to 1. The rest is output. */
  readonly inputShare: number;
  /** Share of the input that a prompt cache has seen before, 0 to 1. */
  readonly cachedShare: number;
}

/** Shares of all tokens; they add up to 1. */
export interface TokenShares {
  readonly freshInput: number;
  readonly cachedInput: number;
  readonly output: number;
}

export function sharesOf({ inputShare, cachedShare }: TrafficMix): TokenShares {
  const cachedInput = inputShare * cachedShare;
  return { freshInput: inputShare - cachedInput, cachedInput, output: 1 - inputShare };
}
