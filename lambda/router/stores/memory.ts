/** The stores of one process, for `serve` and tests: the same rules as the tables, gone when the process ends. */
import type { KeyRow } from '../../../lib/tables/key-row';
import type { KeyStore, Ledger, Refusal, Reservation, ReserveRequest } from './stores';

export function memoryKeys(rows: readonly KeyRow[]): KeyStore {
  const byHash = new Map(rows.map((row) => [row.hash, row]));
  return { find: (hash) => byHash.get(hash) ?? null };
}

const MINUTE_MS = 60_000;

/** Sums of US dollars settled and set aside. */
interface Account {
  settledUsd: number;
  reservedUsd: number;
}

interface MinuteCount {
  minute: number;
  requests: number;
  tokens: number;
}

export function memoryLedger(nowMs: () => number): Ledger {
  const accounts = new Map<string, Account>();
  const minutes = new Map<string, MinuteCount>();

  let monthEndsMs = 0;

  const account = (name: string): Account => {
    if (nowMs() >= monthEndsMs) {
      accounts.clear();
      monthEndsMs = nextMonthMs(nowMs());
    }
    return existing(accounts, name, () => ({ settledUsd: 0, reservedUsd: 0 }));
  };
  const thisMinute = (tenant: string): MinuteCount => {
    const minute = Math.floor(nowMs() / MINUTE_MS);
    const count = existing(minutes, tenant, () => ({ minute, requests: 0, tokens: 0 }));
    if (count.minute !== minute) Object.assign(count, { minute, requests: 0, tokens: 0 });
    return count;
  };

  return {
    spent: (tenant) => ({ tenantUsd: total(account(`tenant/${tenant}`)), accountUsd: total(account('account')) }),
    reserve: ({ tenant, usd, caps, rates }: ReserveRequest): Reservation | Refusal => {
      const count = thisMinute(tenant);
      if (
        rates !== null &&
        (isOver(count.requests, rates.requestsPerMinute) || isOver(count.tokens, rates.tokensPerMinute))
      ) {
        const leftMs = MINUTE_MS - (nowMs() % MINUTE_MS);
        return { ok: false, reason: 'rate', retryAfterSeconds: Math.ceil(leftMs / 1000) };
      }
      const ofTenant = account(`tenant/${tenant}`);
      const ofAll = account('account');
      if (exceeds(ofTenant, usd, caps.tenantUsd) || exceeds(ofAll, usd, caps.accountUsd)) {
        return { ok: false, reason: 'budget', retryAfterSeconds: Math.ceil((monthEndsMs - nowMs()) / 1000) };
      }
      if (rates !== null) count.requests += 1;
      for (const booked of [ofTenant, ofAll]) booked.reservedUsd += usd;
      return {
        ok: true,
        settle: (actualUsd, tokens) => {
          for (const booked of [ofTenant, ofAll]) {
            booked.reservedUsd -= usd;
            booked.settledUsd += actualUsd;
          }
          thisMinute(tenant).tokens += tokens;
        },
      };
    },
  };
}

const total = ({ settledUsd, reservedUsd }: Account): number => settledUsd + reservedUsd;
const isOver = (used: number, limit: number | null): boolean => limit !== null && used >= limit;

/** Nothing to reserve is never refused for its amount: a target that costs no tokens stays open until its cap closes it. */
function exceeds(account: Account, usd: number, capUsd: number | null): boolean {
  return capUsd !== null && usd > 0 && total(account) + usd > capUsd;
}

/** Budgets are of a month, in UTC. */
function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
}

function existing<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
