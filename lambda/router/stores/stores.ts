/** What the router keeps outside itself. In memory on one machine; in tables in an account. */
import type { Caps, Spent } from '../../../lib/spend/budgets';
import type { Replica } from '../../../lib/policy/affinity';
import type { KeyRow } from '../../../lib/tables/key-row';

type Maybe<T> = T | Promise<T>;

export interface KeyStore {
  find(hash: string): Maybe<KeyRow | null>;
}

export interface ReplicaRow extends Replica {
  /** Base URL of the engine's API, without `/v1`. */
  readonly url: string;
}

export interface ReplicaStore {
  rows(fleet: string): Maybe<readonly ReplicaRow[]>;
}

/** Token-metered spend of the running month. */
export interface Ledger {
  /** What is spent and reserved now, as far as this process knows. */
  spent(tenant: string): Spent;
  /** Sets an amount aside, or refuses it. One conditional update, so that no number of callers passes a cap together. */
  reserve(request: ReserveRequest): Maybe<Reservation | Refusal>;
}

export interface ReserveRequest {
  readonly tenant: string;
  readonly usd: number;
  readonly caps: Pick<Caps, 'tenantUsd' | 'accountUsd'>;
  /** Rates count a request once, whatever number of targets it tries; `null`: counted already. */
  readonly rates: { readonly requestsPerMinute: number | null; readonly tokensPerMinute: number | null } | null;
}

export interface Reservation {
  readonly ok: true;
  /** Books what it really cost and frees the rest. Exactly once; tokens count towards the tenant's rate. */
  settle(usd: number, tokens: number): Maybe<void>;
}

export interface Refusal {
  readonly ok: false;
  readonly reason: 'budget' | 'rate';
  readonly retryAfterSeconds: number;
}
