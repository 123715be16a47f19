/** How many replicas of a fleet answer now, by the fleet table. */
import { HEARTBEAT_STALE_MS, REPLICA_PREFIX } from '../../lib/tables/fleet-row';
import { readFleetItem } from '../../lib/tables/fleet-item';
import { type Item, text } from '../../lib/tables/attributes';
import { FLEET_TABLE_KEY } from '../../lib/tables/key-schemas';
import type { Dynamo } from '../aws/dynamo';

interface Page {
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

/** A row that says `ready` and whose host has been silent for long does not count. */
export async function readyReplicas({ call }: Dynamo, table: string, fleet: string, nowMs: number): Promise<number> {
  let ready = 0;
  let from: Item | undefined;
  do {
    const page: Page = await call<Page>('Query', {
      TableName: table,
      KeyConditionExpression: '#fleet = :fleet AND begins_with(#id, :replica)',
      ExpressionAttributeNames: { '#fleet': FLEET_TABLE_KEY.partition, '#id': FLEET_TABLE_KEY.sort },
      ExpressionAttributeValues: { ':fleet': text(fleet), ':replica': text(REPLICA_PREFIX) },
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    ready += (page.Items ?? []).filter((item) => isReady(item, nowMs)).length;
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return ready;
}

function isReady(item: Item, nowMs: number): boolean {
  const row = readFleetItem(item);
  return row?.state === 'ready' && Math.abs(nowMs - row.heartbeatMs) < HEARTBEAT_STALE_MS;
}
