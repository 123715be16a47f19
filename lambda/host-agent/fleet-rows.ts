/** The agent's only line to the account: its own row in the fleet table. */
import { number } from '../../lib/tables/attributes';
import { fleetItem } from '../../lib/tables/fleet-item';
import type { FleetReplicaRow } from '../../lib/tables/fleet-row';
import { FLEET_TABLE_KEY, TTL_ATTRIBUTE } from '../../lib/tables/key-schemas';
import { update } from '../../lib/tables/update';
import type { Dynamo } from '../aws/dynamo';

export interface FleetRowWriter {
  write(row: FleetReplicaRow): Promise<void>;
}

/** The row of a host that is gone is kept so long for whoever asks what happened to it. */
const KEEP_SECONDS = 3_600;

/** By an update: what others wrote into the row stays. */
export const fleetRows = ({ call }: Dynamo, table: string): FleetRowWriter => ({
  write: async (row) => {
    const { [FLEET_TABLE_KEY.partition]: fleet, [FLEET_TABLE_KEY.sort]: id, ...set } = fleetItem(row);
    if (fleet === undefined || id === undefined) throw new Error('a row without its key');
    const ttl = number(Math.floor(row.heartbeatMs / 1_000) + KEEP_SECONDS);
    const key = { [FLEET_TABLE_KEY.partition]: fleet, [FLEET_TABLE_KEY.sort]: id };
    await call('UpdateItem', update(table, key, { add: {}, set: { ...set, [TTL_ATTRIBUTE]: ttl } }));
  },
});
