/** Where a tenant stands against its rates, in the headers that OpenAI's clients read. */
import type { Rates } from '../../lib/tables/rate-item';
import type { RateUse } from './stores/stores';

/** A tenant without rates has no such headers. */
export function rateHeaders({ requestsPerMinute, tokensPerMinute }: Rates, use: RateUse): Record<string, string> {
  return {
    ...standing('requests', requestsPerMinute, use.requests, use.resetSeconds),
    ...standing('tokens', tokensPerMinute, use.tokens, use.resetSeconds),
  };
}

function standing(what: string, limit: number | null, used: number, resetSeconds: number): Record<string, string> {
  if (limit === null) return {};
  return {
    [`x-ratelimit-limit-${what}`]: String(limit),
    [`x-ratelimit-remaining-${what}`]: String(Math.max(0, limit - used)),
    [`x-ratelimit-reset-${what}`]: `${resetSeconds}s`,
  };
}
