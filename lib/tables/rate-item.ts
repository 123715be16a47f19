/** A tenant's item of one minute in the ledger table: how many requests began in it, and tokens of those that ended in it. */
import { minuteOf } from '../spend/ledger';
import { type Item, number, numberIn, text } from './attributes';
import { LEDGER_TABLE_KEY, TTL_ATTRIBUTE } from './key-schemas';
import { type Condition, type UpdateInput, update } from './update';

/** `null`: no limit. */
export interface Rates {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/** Nobody reads an item after its minute; it stays a little for people who look. */
const KEPT_MINUTES = 60;

export const rateId = (tenant: string, nowMs: number): string => `rate#${tenant}#${minuteOf(nowMs)}`;

/** Counts one request, if neither limit is reached. Its answer holds both counts, and so does its refusal. */
export function countRequestUpdate(table: string, tenant: string, rates: Rates, nowMs: number): UpdateInput {
  const when = [...below('requests', rates.requestsPerMinute), ...below('tokens', rates.tokensPerMinute)];
  return {
    ...add(table, tenant, { requests: 1, tokens: 0 }, nowMs, when),
    ReturnValues: 'UPDATED_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** The counts of an item, or of what an update of it answers. */
export const readCounts = (item: Item): { readonly requests: number; readonly tokens: number } => ({
  requests: numberIn(item, 'requests') ?? 0,
  tokens: numberIn(item, 'tokens') ?? 0,
});

/** Takes one back that was not let through after all. `countedMs` is when it was counted. */
export const uncountRequestUpdate = (table: string, tenant: string, countedMs: number): UpdateInput =>
  add(table, tenant, { requests: -1 }, countedMs, []);

export const countTokensUpdate = (table: string, tenant: string, tokens: number, nowMs: number): UpdateInput =>
  add(table, tenant, { tokens }, nowMs, []);

function add(
  table: string,
  tenant: string,
  by: { readonly requests?: number; readonly tokens?: number },
  nowMs: number,
  when: readonly Condition[],
): UpdateInput {
  const key = { [LEDGER_TABLE_KEY.partition]: text(rateId(tenant, nowMs)) };
  const ttl = number((minuteOf(nowMs) + KEPT_MINUTES) * 60);
  return update(table, key, { add: by, set: { [TTL_ATTRIBUTE]: ttl }, when });
}

const below = (attribute: string, limit: number | null): Condition[] =>
  limit === null ? [] : [{ attribute, is: 'absentOrBelow', than: limit }];
