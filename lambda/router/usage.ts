/** What an answer has used where its target did not come to say so: about, and marked as such. */
import type { HubUsage } from '../../lib/chat/hub';
import type { Facts } from '../../lib/policy/facts';

/** A server-sent event carries some 200 bytes around a token. */
const BYTES_PER_EVENT = 200;
const BYTES_PER_TOKEN = 4;

export const promptUsage = ({ promptTokens }: Facts, completionTokens = 0): HubUsage => ({
  promptTokens,
  completionTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: null,
});

export const tokensOfEvents = (bytes: number): number => Math.ceil(bytes / BYTES_PER_EVENT);

export const tokensOfText = (text: string): number => Math.ceil(text.length / BYTES_PER_TOKEN);
