/** The stores of one process, for `serve` and tests: the same rules as the tables, gone when the process ends. */
import {
  exceeds,
  minuteOf,
  nextMonthMs,
  secondsToNextMinute,
  secondsToNextMonth,
  toNanoUsd,
  toUsd,
} from '../../../lib/spend/ledger';
import type { KeyRow } from '../../../lib/tables/key-row';
import type { KeyStore, Ledger, RateUse, Refusal, Reservation, ReserveRequest } from './stores';

export function memoryKeys(rows: readonly KeyRow[]): KeyStore {
  const byHash = new Map(rows.map((row) => [row.hash, row]));
  return { find: (hash) => byHash.get(hash) ?? null };
}

/** Sums settled and set aside. */
interface Account {
  settledNanoUsd: number;
  reservedNanoUsd: number;
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
    return existing(accounts, name, () => ({ settledNanoUsd: 0, reservedNanoUsd: 0 }));
  };
  const thisMinute = (tenant: string): MinuteCount => {
    const minute = minuteOf(nowMs());
    const count = existing(minutes, tenant, () => ({ minute, requests: 0, tokens: 0 }));
    if (count.minute !== minute) Object.assign(count, { minute, requests: 0, tokens: 0 });
    return count;
  };

  return {
    spent: (tenant) => ({
      tenantUsd: toUsd(total(account(`tenant/${tenant}`))),
      accountUsd: toUsd(total(account('account'))),
    }),
    reserve: ({ tenant, usd, caps, rates }: ReserveRequest): Reservation | Refusal => {
      const count = thisMinute(tenant);
      const used = (): { rates?: RateUse } => {
        const { requests, tokens } = count;
        return rates === null ? {} : { rates: { requests, tokens, resetSeconds: secondsToNextMinute(nowMs()) } };
      };
      if (
        rates !== null &&
        (isOver(count.requests, rates.requestsPerMinute) || isOver(count.tokens, rates.tokensPerMinute))
      ) {
        return { ok: false, reason: 'rate', retryAfterSeconds: secondsToNextMinute(nowMs()), ...used() };
      }
      const nanoUsd = toNanoUsd(usd);
      const ofTenant = account(`tenant/${tenant}`);
      const ofAll = account('account');
      if (exceeds(total(ofTenant), nanoUsd, caps.tenantUsd) || exceeds(total(ofAll), nanoUsd, caps.accountUsd)) {
        return { ok: false, reason: 'budget', retryAfterSeconds: secondsToNextMonth(nowMs()) };
      }
      if (rates !== null) count.requests += 1;
      for (const booked of [ofTenant, ofAll]) booked.reservedNanoUsd += nanoUsd;
      return {
        ok: true,
        ...used(),
        settle: (actualUsd, tokens) => {
          for (const booked of [ofTenant, ofAll]) {
            booked.reservedNanoUsd -= nanoUsd;
            booked.settledNanoUsd += toNanoUsd(actualUsd);
          }
          thisMinute(tenant).tokens += tokens;
        },
      };
    },
  };
}

const total = ({ settledNanoUsd, reservedNanoUsd }: Account): number => settledNanoUsd + reservedNanoUsd;
const isOver = (used: number, limit: number | null): boolean => limit !== null && used >= limit;

function existing<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
