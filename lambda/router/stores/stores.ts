/** What the router keeps outside itself. In memory on one machine; in tables in an account. */
import type { Caps, Spent } from '../../../lib/spend/budgets';
import type { Replica } from '../../../lib/policy/affinity';
import type { KeyRow } from '../../../lib/tables/key-row';
import type { FleetStatusRow } from '../../../lib/tables/status-row';
import type { Rates } from '../../../lib/tables/rate-item';

type Maybe<T> = T | Promise<T>;

export interface KeyStore {
  /** Rejects where it cannot be said whether there is such a key. */
  find(hash: string): Maybe<KeyRow | null>;
}

export interface ReplicaRow extends Replica {
  /** Base URL of the engine's API, without `/v1`. */
  readonly url: string;
  /** SHA-256 of the certificate that its gate has to show, in hexadecimal. Absent or empty: it speaks plain HTTP. */
  readonly certificateSha256?: string;
  /**
   * What is said of its load was so at this time: requests of our own that came later are not in it yet. Absent: none of
   * ours ever is.
   */
  readonly loadAsOfMs?: number;
}

export interface ReplicaStore {
  /** Replicas come and go by themselves, so that a request may wait for one. Absent: as the config lists them. */
  readonly changes?: true;
  rows(fleet: string): Maybe<readonly ReplicaRow[]>;
  /** What the fleet's controller says of it; `null`: nothing, or not lately. Absent: there is none. Never rejects. */
  status?(fleet: string): Maybe<FleetStatusRow | null>;
}

/** What the controllers of fleets are told. Its promises never reject, and no caller has to wait for them. */
export interface WakeStore {
  /** A request needs the fleet now, and it has no ready replica. As often as you like: what is news is written. */
  held(fleet: string): Promise<void>;
  /** A request cost so much elsewhere, since the fleet had no ready replica. Once. */
  covered(fleet: string, usd: number): Promise<void>;
}

/** Providers' keys. */
export interface SecretStore {
  /** By the secret's logical name; `undefined`: not bound, empty, or not to be had at the moment. Never rejects. */
  find(secret: string): Maybe<string | undefined>;
}

/** Spend of the running month: of each tenant what its tokens cost, of the account what GPU hosts cost too. */
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
  readonly rates: Rates | null;
}

/** What a tenant has used of its rates in this minute, this request with it. */
export interface RateUse {
  readonly requests: number;
  /** Of requests that have ended. */
  readonly tokens: number;
  /** Until the minute is over. */
  readonly resetSeconds: number;
}

export interface Reservation {
  readonly ok: true;
  /** Absent: the tenant has no rates, they counted the request before, or nobody can say. */
  readonly rates?: RateUse;
  /** Books what it really cost and frees the rest. Exactly once, and never rejects; tokens count towards the tenant's rate. */
  settle(usd: number, tokens: number): Maybe<void>;
}

export interface Refusal {
  readonly ok: false;
  /** `unavailable`: nobody can say whether a cap holds. */
  readonly reason: 'budget' | 'rate' | 'unavailable';
  readonly rates?: RateUse;
  readonly retryAfterSeconds: number;
}
