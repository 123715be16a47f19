/** Whose request it is. Keys are looked up by their hash; the key itself goes no further than this file. */
import { hash } from 'node:crypto';
import { KEY_PREFIX, type KeyRow } from '../../lib/tables/key-row';
import type { RouterRequest } from './request';
import type { KeyStore } from './stores/stores';

export const hashKey = (key: string): string => hash('sha256', key);

/** The row of the caller's key; `null`: there is none, it is unknown, or it has expired. */
export async function authenticate(keys: KeyStore, request: RouterRequest, nowMs: number): Promise<KeyRow | null> {
  // Agents that are logged in elsewhere send that token in the one and the router's key in the other.
  const given = [bearer(request.headers['authorization']), request.headers['x-api-key']];
  const key = given.find((one) => one?.startsWith(KEY_PREFIX));
  if (key === undefined) return null;
  const row = await keys.find(hashKey(key));
  return row === null || (row.expiresMs !== null && row.expiresMs <= nowMs) ? null : row;
}

function bearer(header: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
