/** What a caller is told when a table does not answer and the request cannot do without it. */
import type { RouterError } from '../../../lib/policy/errors';

const SOON_SECONDS = 1;

export const ledgerUnavailable = (retryAfterSeconds: number): RouterError => ({
  code: 'no_target_available',
  message: 'the ledger does not answer, and without it no budget can be held',
  param: null,
  retryAfterSeconds,
});

/** Callers' keys cannot be looked up: whether this one is valid is not known. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  readonly told: RouterError = {
    code: 'no_target_available',
    message: 'keys cannot be checked at the moment; the request was not looked at',
    param: null,
    retryAfterSeconds: SOON_SECONDS,
  };
}
