/** A fleet's wake row as an item of the fleet table, and the two updates by which routers write it. */
import { toNanoUsd } from '../spend/ledger';
import { type Item, number, numberIn, text, textIn } from './attributes';
import { FLEET_TABLE_KEY } from './key-schemas';
import { type UpdateInput, update } from './update';
import { WAKE_ID, type WakeRow } from './wake-row';

const wakeKey = (fleet: string): Item => ({
  [FLEET_TABLE_KEY.partition]: text(fleet),
  [FLEET_TABLE_KEY.sort]: text(WAKE_ID),
});

/** A request needs the fleet now. */
export const heldUpdate = (table: string, fleet: string, nowMs: number): UpdateInput =>
  update(table, wakeKey(fleet), { add: {}, set: { heldMs: number(nowMs) } });

/** A request was answered elsewhere at this cost, since the fleet had no ready replica. */
export const coveredUpdate = (table: string, fleet: string, usd: number): UpdateInput =>
  update(table, wakeKey(fleet), { add: { coveredNanoUsd: toNanoUsd(usd) } });

/** `null`: no wake row. */
export function readWakeItem(item: Item): WakeRow | null {
  const fleet = textIn(item, FLEET_TABLE_KEY.partition);
  if (fleet === undefined || textIn(item, FLEET_TABLE_KEY.sort) !== WAKE_ID) return null;
  return { fleet, heldMs: numberIn(item, 'heldMs') ?? 0, coveredNanoUsd: numberIn(item, 'coveredNanoUsd') ?? 0 };
}
