/** The limit on an answer whose caller and route set none, where one is needed: under a cap, and by Anthropic's API. */
export const DEFAULT_MAX_TOKENS = 4_096;
