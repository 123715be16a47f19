/** A tenant's item of one minute in the ledger table: how many requests began in it, and tokens of those that ended in it. */
import { minuteOf } from '../spend/ledger';
import { number, text } from './attributes';
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

/** Counts one request, if neither limit is reached. */
export function countRequestUpdate(table: string, tenant: string, rates: Rates, nowMs: number): UpdateInput {
  return add(table, tenant, 'requests', 1, nowMs, [
    ...below('requests', rates.requestsPerMinute),
    ...below('tokens', rates.tokensPerMinute),
  ]);
}

/** Takes one back that was not let through after all. `countedMs` is when it was counted. */
export const uncountRequestUpdate = (table: string, tenant: string, countedMs: number): UpdateInput =>
  add(table, tenant, 'requests', -1, countedMs, []);

export const countTokensUpdate = (table: string, tenant: string, tokens: number, nowMs: number): UpdateInput =>
  add(table, tenant, 'tokens', tokens, nowMs, []);

function add(
  table: string,
  tenant: string,
  attribute: 'requests' | 'tokens',
  by: number,
  nowMs: number,
  when: readonly Condition[],
): UpdateInput {
  const key = { [LEDGER_TABLE_KEY.partition]: text(rateId(tenant, nowMs)) };
  const ttl = number((minuteOf(nowMs) + KEPT_MINUTES) * 60);
  return update(table, key, { add: { [attribute]: by }, set: { [TTL_ATTRIBUTE]: ttl }, when });
}

const below = (attribute: string, limit: number | null): Condition[] =>
  limit === null ? [] : [{ attribute, is: 'absentOrBelow', than: limit }];
