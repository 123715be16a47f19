/**
 * Replicas as their hosts write them into the fleet table. The rows are read at most every two seconds and in the
 * background; a request waits for them only if nobody has asked for 15 s, which is also when a copy is of no use any more.
 */
import type { Item } from '../../../lib/tables/attributes';
import { text } from '../../../lib/tables/attributes';
import { readFleetItem } from '../../../lib/tables/fleet-item';
import { type FleetReplicaRow, HEARTBEAT_STALE_MS, REPLICA_PREFIX } from '../../../lib/tables/fleet-row';
import { FLEET_TABLE_KEY } from '../../../lib/tables/key-schemas';
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import type { Dynamo } from '../../aws/dynamo';
import { Cached, type Lifetimes } from './cached';
import { Heartbeats } from './heartbeats';
import type { ReplicaRow, ReplicaStore } from './stores';

const LIFETIMES: Lifetimes = {
  refreshAfterMs: 2_000,
  waitAfterMs: HEARTBEAT_STALE_MS,
  uselessAfterMs: HEARTBEAT_STALE_MS,
};

export interface FleetTableOptions {
  readonly dynamo: Dynamo;
  /** Table of each fleet that has one. */
  readonly tables: Readonly<Record<string, string>>;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
}

export function tableReplicas({ dynamo, tables, nowMs, report }: FleetTableOptions): ReplicaStore {
  const fleets = new Map(
    Object.entries(tables).map(([fleet, table]) => {
      const heartbeats = new Heartbeats();
      const read = async (): Promise<readonly FleetReplicaRow[]> => {
        const askedMs = nowMs();
        const rows = await queryReplicas(dynamo, table, fleet);
        heartbeats.saw(rows, askedMs);
        return rows;
      };
      return [fleet, { heartbeats, rows: new Cached(read, () => LIFETIMES, nowMs) }];
    }),
  );
  // Requests that wait for a replica ask twice a second each; one failure of the table is one line all the same.
  const told = new WeakSet<Error>();
  const tell = (fleet: string, error: Error): void => {
    if (told.has(error)) return;
    told.add(error);
    report({ table: 'fleet', operation: 'query', error: errorName(error), detail: { fleet } });
  };
  return {
    changes: true,
    rows: async (name) => {
      const fleet = fleets.get(name);
      if (fleet === undefined) return [];
      try {
        return routable(await fleet.rows.get(), fleet.heartbeats, nowMs());
      } catch (error) {
        tell(name, error as Error);
        return [];
      }
    },
  };
}

/** Who boots, drains or has failed takes no request. Who has fallen silent may: it is the last to be tried. */
const routable = (rows: readonly FleetReplicaRow[], heartbeats: Heartbeats, nowMs: number): readonly ReplicaRow[] =>
  rows
    .filter(({ state, url }) => state === 'ready' && url !== '')
    .map((row) => ({
      id: row.id.slice(REPLICA_PREFIX.length),
      url: row.url,
      certificateSha256: row.certificateSha256,
      ready: heartbeats.isFresh(row, nowMs),
      running: row.running,
    }));

/** Eventually consistent: half the price, and late by less than a heartbeat. */
async function queryReplicas(dynamo: Dynamo, table: string, fleet: string): Promise<readonly FleetReplicaRow[]> {
  const rows: FleetReplicaRow[] = [];
  let from: Item | undefined;
  do {
    const page: { Items?: readonly Item[]; LastEvaluatedKey?: Item } = await dynamo.call('Query', {
      TableName: table,
      KeyConditionExpression: '#fleet = :fleet AND begins_with(#id, :prefix)',
      ExpressionAttributeNames: { '#fleet': FLEET_TABLE_KEY.partition, '#id': FLEET_TABLE_KEY.sort },
      ExpressionAttributeValues: { ':fleet': text(fleet), ':prefix': text(REPLICA_PREFIX) },
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    rows.push(...(page.Items ?? []).map(readFleetItem).filter((row) => row !== null));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return rows;
}
