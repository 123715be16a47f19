/** A caller's key as it is stored: by its hash, never itself. */
import type { SensitivityClass } from '../../config/vocabulary';

export interface KeyRow {
  /** SHA-256 of the key, in hexadecimal. */
  readonly hash: string;
  readonly tenant: string;
  /** Raises the tenant's floor, never lowers it. */
  readonly floor: SensitivityClass;
  /** Unix time in milliseconds from which the key no longer works; `null`: it does not expire. */
  readonly expiresMs: number | null;
}

/** The tenant of the key that `serve` prints: every model, no floor, no budget. It needs no entry in the config. */
export const LOCAL_TENANT = 'local';

export const KEY_PREFIX = 'hk_';
