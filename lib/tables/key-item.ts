/** A caller's key as an item of the keys table. */
import { CLASSES, type SensitivityClass } from '../../config/vocabulary';
import { type Item, number, numberIn, text, textIn } from './attributes';
import type { KeyRow } from './key-row';
import { KEYS_TABLE_KEY, TTL_ATTRIBUTE } from './key-schemas';

export interface StoredKey extends KeyRow {
  /** Unix time in milliseconds. */
  readonly createdMs: number;
}

/** An expired key is of no use to anybody; it stays a month for those who look for why it stopped working. */
const KEPT_AFTER_EXPIRY_MS = 30 * 24 * 3_600_000;

export function keyItem({ hash, tenant, floor, expiresMs, createdMs }: StoredKey): Item {
  return {
    [KEYS_TABLE_KEY.partition]: text(hash),
    tenant: text(tenant),
    floor: text(floor),
    createdMs: number(createdMs),
    ...(expiresMs !== null && {
      expiresMs: number(expiresMs),
      [TTL_ATTRIBUTE]: number(Math.ceil((expiresMs + KEPT_AFTER_EXPIRY_MS) / 1000)),
    }),
  };
}

/** `null`: not as `keyItem` writes it. Such a key works nowhere, since how far it may go is not known. */
export function readKeyItem(item: Item): StoredKey | null {
  const hash = textIn(item, KEYS_TABLE_KEY.partition);
  const tenant = textIn(item, 'tenant');
  const floor = CLASSES.find((one): one is SensitivityClass => one === textIn(item, 'floor'));
  const expiresMs = item['expiresMs'] === undefined ? null : numberIn(item, 'expiresMs');
  if (hash === undefined || tenant === undefined || floor === undefined || expiresMs === undefined) return null;
  return { hash, tenant, floor, expiresMs, createdMs: numberIn(item, 'createdMs') ?? 0 };
}
