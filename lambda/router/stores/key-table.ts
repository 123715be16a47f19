/**
 * Callers' keys in the keys table. A key in use is read again in the background, so that a request waits for the table
 * only at a key's first use; a revoked key ends within a minute. While the table fails a key seen less than five minutes
 * ago still works, until it expires.
 */
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import type { Item } from '../../../lib/tables/attributes';
import { text } from '../../../lib/tables/attributes';
import { readKeyItem } from '../../../lib/tables/key-item';
import type { KeyRow } from '../../../lib/tables/key-row';
import { KEYS_TABLE_KEY } from '../../../lib/tables/key-schemas';
import type { Dynamo } from '../../aws/dynamo';
import { Cached, type Lifetimes } from './cached';
import type { KeyStore } from './stores';
import { KeysUnavailable } from './unavailable';

const KNOWN: Lifetimes = { refreshAfterMs: 30_000, waitAfterMs: 60_000, uselessAfterMs: 300_000 };
/** A key may be made a moment after it was first tried. That it was unknown says nothing later. */
const UNKNOWN: Lifetimes = { refreshAfterMs: 10_000, waitAfterMs: 10_000, uselessAfterMs: 10_000 };

/** Those used last are kept, so that guesses of keys push out only what nobody has used for long. */
const MOST_KEPT = 10_000;

export interface KeyTableOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
}

export function tableKeys({ dynamo, table, nowMs, report }: KeyTableOptions): KeyStore {
  const kept = new Map<string, Cached<KeyRow | null>>();

  const read = async (hash: string): Promise<KeyRow | null> => {
    const Key = { [KEYS_TABLE_KEY.partition]: text(hash) };
    const { Item } = await dynamo.call<{ Item?: Item }>('GetItem', { TableName: table, Key });
    return Item === undefined ? null : readKeyItem(Item);
  };
  const entry = (hash: string): Cached<KeyRow | null> => {
    const known = kept.get(hash);
    const used =
      known ??
      new Cached(
        () => read(hash),
        (row) => (row === null ? UNKNOWN : KNOWN),
        nowMs,
      );
    // A map keeps its order: the first is the one unused for longest.
    kept.delete(hash);
    kept.set(hash, used);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
    return used;
  };
  return {
    find: async (hash) => {
      try {
        return await entry(hash).get();
      } catch (error) {
        report({ table: 'keys', operation: 'read', error: errorName(error) });
        throw new KeysUnavailable();
      }
    },
  };
}

/** Keys of several places, looked for in this order. */
export const firstOf = (...stores: readonly KeyStore[]): KeyStore => ({
  find: async (hash) => {
    for (const store of stores) {
      const row = await store.find(hash);
      if (row !== null) return row;
    }
    return null;
  },
});
