/** The controller's side of the fleet table: all rows of a fleet, and its status, which only it writes. */
import type { FleetState } from '../../lib/capacity/fleet-state';
import { type Memory, readMemory } from '../../lib/capacity/memory';
import { type Item, number, text, textIn } from '../../lib/tables/attributes';
import { readCommandItem } from '../../lib/tables/command-item';
import { readFleetItem } from '../../lib/tables/fleet-item';
import { FLEET_TABLE_KEY } from '../../lib/tables/key-schemas';
import { readStatusItem, statusItem } from '../../lib/tables/status-item';
import { type FleetStatusRow, STATUS_ID } from '../../lib/tables/status-row';
import { readWakeItem } from '../../lib/tables/wake-item';
import { type Dynamo, isConditionFailed, itemOnFailure } from '../aws/dynamo';

export type FleetRows = Pick<FleetState, 'replicas' | 'wake' | 'commands' | 'status' | 'memory'>;

export interface FleetStore {
  read(fleet: string): Promise<FleetRows>;
  /** `false`: another run has written since this one read, so it must not act. */
  save(status: FleetStatusRow, memory: Memory): Promise<boolean>;
  delete(fleet: string, id: string): Promise<void>;
}

const MEMORY = 'memory';
const WRITER = 'writer';

/** @param writer of this run alone: a write whose answer was lost finds itself when it is sent again */
export function fleetStore({ call }: Dynamo, table: string, writer: string): FleetStore {
  return {
    read: async (fleet) => {
      const items = await allItems(call, table, fleet);
      const status = items.find((item) => textIn(item, FLEET_TABLE_KEY.sort) === STATUS_ID);
      return {
        replicas: items.flatMap((item) => readFleetItem(item) ?? []),
        wake: items.map(readWakeItem).find((row) => row !== null) ?? null,
        commands: items.flatMap((item) => readCommandItem(item) ?? []),
        status: status === undefined ? null : readStatusItem(status),
        memory: readMemory(status === undefined ? undefined : textIn(status, MEMORY)),
      };
    },

    save: async (status, memory) => {
      const first = status.version === 1;
      try {
        await call('PutItem', {
          TableName: table,
          Item: { ...statusItem(status), [MEMORY]: text(JSON.stringify(memory)), [WRITER]: text(writer) },
          ConditionExpression: first ? 'attribute_not_exists(#version)' : '#version = :read',
          ExpressionAttributeNames: { '#version': 'version' },
          ...(!first && { ExpressionAttributeValues: { ':read': number(status.version - 1) } }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        return true;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return textIn(itemOnFailure(error), WRITER) === writer;
      }
    },

    delete: async (fleet, id) => {
      const Key = { [FLEET_TABLE_KEY.partition]: text(fleet), [FLEET_TABLE_KEY.sort]: text(id) };
      await call('DeleteItem', { TableName: table, Key });
    },
  };
}

/** Consistent: what another run wrote a moment ago is a fence only if it is seen. */
async function allItems(call: Dynamo['call'], table: string, fleet: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page: { Items?: readonly Item[]; LastEvaluatedKey?: Item } = await call('Query', {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#fleet = :fleet',
      ExpressionAttributeNames: { '#fleet': FLEET_TABLE_KEY.partition },
      ExpressionAttributeValues: { ':fleet': text(fleet) },
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}
