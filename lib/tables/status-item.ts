/** A fleet's status as an item of the fleet table: every field under its own name. */
import { type Item, number, numberIn, text, textIn } from './attributes';
import { FLEET_TABLE_KEY } from './key-schemas';
import { FLEET_STATES, type FleetStatusRow, STATUS_ID } from './status-row';

export function statusItem(row: FleetStatusRow): Item {
  return {
    [FLEET_TABLE_KEY.partition]: text(row.fleet),
    [FLEET_TABLE_KEY.sort]: text(STATUS_ID),
    state: text(row.state),
    wanted: number(row.wanted),
    readyReplicas: number(row.readyReplicas),
    ...(row.etaMs !== null && { etaMs: number(row.etaMs) }),
    reason: text(row.reason),
    version: number(row.version),
    changedMs: number(row.changedMs),
  };
}

/** `null`: no row of a fleet's status, or one in a state that is not known here. */
export function readStatusItem(item: Item): FleetStatusRow | null {
  const fleet = textIn(item, FLEET_TABLE_KEY.partition);
  const state = FLEET_STATES.find((one) => one === textIn(item, 'state'));
  if (fleet === undefined || textIn(item, FLEET_TABLE_KEY.sort) !== STATUS_ID || state === undefined) return null;
  return {
    fleet,
    state,
    wanted: numberIn(item, 'wanted') ?? 0,
    readyReplicas: numberIn(item, 'readyReplicas') ?? 0,
    etaMs: numberIn(item, 'etaMs') ?? null,
    reason: textIn(item, 'reason') ?? '',
    version: numberIn(item, 'version') ?? 0,
    changedMs: numberIn(item, 'changedMs') ?? 0,
  };
}
