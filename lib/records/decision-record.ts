/**
 * One line a request, without a word of its text: what was known, what was decided and why, what was tried, what came
 * of it. `facts` are all that the decision saw, so `decide` can be run on them again.
 */
import type { Decision } from '../policy/decide';
import type { ErrorCode } from '../policy/errors';
import type { Facts } from '../policy/facts';
import type { AttemptFailure } from '../policy/reasons';
import type { HubUsage } from '../chat/hub';

export interface DecisionRecord {
  readonly kind: 'decision';
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly requestId: string;
  readonly guarantee: Guarantee;
  readonly tenant: string | null;
  /** The first characters of the key's hash: enough to tell keys apart, useless to anyone else. */
  readonly keyId: string | null;
  readonly facts: Facts | null;
  readonly decision: Decision | null;
  readonly attempts: readonly AttemptRecord[];
  readonly outcome: 'answered' | 'interrupted' | 'client_gone' | 'refused' | 'failed';
  readonly status: number;
  readonly error: ErrorCode | null;
  readonly finish: string | null;
  readonly usage: HubUsage | null;
  /** Metered by tokens; `null`: the price is not known, or nothing was used. */
  readonly costUsd: number | null;
  /** The answer broke off before its usage came: tokens and cost are from the bytes that went by. */
  readonly usageEstimated: boolean;
  readonly timeToFirstTokenMs: number | null;
  /** How long it waited for a fleet that had no replica; 0: not at all. */
  readonly heldMs: number;
  /** The fleet in whose place another target answered, since it had no replica that was ready. */
  readonly covers: string | null;
  readonly durationMs: number;
}

/** How strongly the class was held: by the network, or by the code. */
export type Guarantee = 'sealed' | 'guarded';

export interface AttemptRecord {
  readonly model: string;
  readonly target: string;
  /** Of a fleet: which replica. */
  readonly replica: string | null;
  readonly failure: AttemptFailure | null;
  /** The upstream's status; `null`: it did not come to that. */
  readonly status: number | null;
  readonly durationMs: number;
}
