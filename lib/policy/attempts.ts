/** What follows from a failed attempt: try the next target, or tell the caller. */
import type { UpstreamFault } from '../chat/dialect';
import type { RouterError } from './errors';
import type { AttemptFailure } from './reasons';

export interface Failed {
  readonly model: string;
  readonly failure: AttemptFailure;
  readonly fault: UpstreamFault | null;
  readonly status: number | null;
  readonly retryAfterSeconds: number | null;
}

/** Statuses after which another target may do better. Of the other 400s only a prompt too long for this one. */
const ELSEWHERE = new Set([408, 409, 429]);

export function mayTryElsewhere({ failure, fault, status }: Failed): boolean {
  if (failure === 'client_gone' || failure === 'deadline') return false;
  if (fault?.contextLengthExceeded === true) return true;
  const heard = fault?.status ?? status;
  if (failure !== 'upstream_status' && failure !== 'upstream_error_event') return true;
  return heard === null || heard >= 500 || ELSEWHERE.has(heard);
}

/** Whether the target itself is at fault, so that it should rest. A caller's mistake is not its fault. */
export function restsAfter(failed: Failed): boolean {
  return mayTryElsewhere(failed) && failed.fault?.contextLengthExceeded !== true && failed.failure !== 'secret_missing';
}

/** Nobody was there to take it: no address to ask, nobody with room, or one that takes nothing new. */
export const NOWHERE: ReadonlySet<AttemptFailure> = new Set(['no_replica', 'fleet_full', 'draining', 'secret_missing']);

/**
 * A replica that is gone or about to go: nobody was there, or its gate took nothing new, or its engine ended. Where replicas
 * come and go another one may come.
 */
export const isLoss = ({ failure, status }: Pick<Failed, 'failure' | 'status'>): boolean =>
  LOSSES.has(failure) || (failure === 'upstream_status' && status !== null && GATE_STATUSES.has(status));

const LOSSES: ReadonlySet<AttemptFailure> = new Set([
  'draining',
  'connect_failed',
  'connect_timeout',
  'truncated',
  'engine_aborted',
]);
/** What a gate says whose engine is gone (502) or does not listen in time (504). */
const GATE_STATUSES = new Set([502, 504]);

/** The error for a caller whose every attempt failed. */
export function errorAfter(attempts: readonly Failed[]): RouterError {
  const last = attempts.at(-1);
  if (last === undefined)
    return { code: 'deadline_exceeded', message: 'there was no time left to ask a target', param: null };
  const tried = attempts.map(
    ({ model, failure, status }) => `${model} (${failure}${status === null ? '' : ` ${status}`})`,
  );
  const summary = `no target answered: ${tried.join(', ')}`;

  if (last.fault?.contextLengthExceeded === true) {
    return { code: 'context_length_exceeded', message: last.fault.message, param: 'messages' };
  }
  if (attempts.every(({ failure }) => NOWHERE.has(failure))) {
    const full = attempts.find(({ failure }) => failure === 'fleet_full');
    if (full !== undefined) return fullError(full, summary);
  }
  const status = last.fault?.status ?? last.status;
  if (last.fault !== null && (status === 400 || status === 422) && !mayTryElsewhere(last)) {
    // The target's own words: it knows best what of the request it did not like.
    return { code: 'invalid_request', message: last.fault.message, param: null };
  }
  if (attempts.every((one) => one.failure === 'fleet_full' || (one.fault?.status ?? one.status) === 429)) {
    const waits = attempts.map(({ retryAfterSeconds }) => retryAfterSeconds ?? 1);
    return { code: 'rate_limit_exceeded', message: summary, param: null, retryAfterSeconds: Math.min(...waits) };
  }
  switch (last.failure) {
    case 'first_event_timeout':
    case 'idle_timeout':
    case 'connect_timeout':
      return { code: 'upstream_timeout', message: summary, param: null };
    case 'deadline':
      return { code: 'deadline_exceeded', message: summary, param: null };
    case 'fleet_full':
      return fullError(last, summary);
    case 'no_replica':
    case 'draining':
    case 'secret_missing':
    case 'connect_failed':
    case 'certificate_mismatch':
    case 'engine_aborted':
      return noTarget(summary);
    case 'upstream_status':
    case 'upstream_error_event':
    case 'upstream_invalid':
    case 'truncated':
    case 'client_gone':
      return { code: 'upstream_error', message: summary, param: null };
  }
}

function fullError({ retryAfterSeconds }: Failed, message: string): RouterError {
  return { code: 'fleet_full', message, param: null, retryAfterSeconds: retryAfterSeconds ?? 1 };
}

function noTarget(message: string): RouterError {
  return { code: 'no_target_available', message, param: null, retryAfterSeconds: 1 };
}
