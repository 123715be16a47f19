/**
 * Replicas as their hosts write them into the fleet table, and beside them what the fleet's controller says of it. The rows
 * are read at most every two seconds and in the background; a request waits for them only if nobody has asked for 15 s,
 * which is also when a copy is of no use any more.
 */
import type { Item } from '../../../lib/tables/attributes';
import { text } from '../../../lib/tables/attributes';
import { readFleetItem } from '../../../lib/tables/fleet-item';
import { type FleetReplicaRow, HEARTBEAT_STALE_MS, REPLICA_PREFIX } from '../../../lib/tables/fleet-row';
import { FLEET_TABLE_KEY } from '../../../lib/tables/key-schemas';
import { readStatusItem } from '../../../lib/tables/status-item';
import { type FleetStatusRow, STATUS_ID } from '../../../lib/tables/status-row';
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

interface FleetRows {
  readonly replicas: readonly FleetReplicaRow[];
  readonly status: FleetStatusRow | null;
}

const NOTHING: FleetRows = { replicas: [], status: null };

export function tableReplicas({ dynamo, tables, nowMs, report }: FleetTableOptions): ReplicaStore {
  const fleets = new Map(
    Object.entries(tables).map(([fleet, table]) => {
      const heartbeats = new Heartbeats();
      const read = async (): Promise<FleetRows> => {
        const askedMs = nowMs();
        const rows = await queryFleet(dynamo, table, fleet);
        heartbeats.saw(rows.replicas, askedMs);
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
  const known = async (name: string): Promise<FleetRows> => {
    try {
      return (await fleets.get(name)?.rows.get()) ?? NOTHING;
    } catch (error) {
      tell(name, error as Error);
      return NOTHING;
    }
  };
  return {
    changes: true,
    rows: async (name) => {
      const { replicas } = await known(name);
      const heartbeats = fleets.get(name)?.heartbeats;
      return heartbeats === undefined ? [] : routable(replicas, heartbeats, nowMs());
    },
    status: async (name) => (await known(name)).status,
  };
}

/**
 * Who boots, has failed, or drains behind a closed gate takes no request, and neither does who has fallen silent: its address
 * may be another host's by now, and a request that waits there for nobody is one that another target could have answered.
 */
const routable = (rows: readonly FleetReplicaRow[], heartbeats: Heartbeats, nowMs: number): readonly ReplicaRow[] =>
  rows
    .filter((row) => takesRequests(row) && row.url !== '' && heartbeats.isFresh(row, nowMs))
    .map((row) => ({
      id: row.id.slice(REPLICA_PREFIX.length),
      url: row.url,
      certificateSha256: row.certificateSha256,
      ready: true,
      running: row.running,
      waiting: row.waiting,
      ...(row.state === 'draining' && { leaving: true as const }),
      loadAsOfMs: heartbeats.sinceMs(row) ?? nowMs,
    }));

const takesRequests = ({ state, open }: FleetReplicaRow): boolean =>
  state === 'ready' || (state === 'draining' && open === true);

/**
 * Replicas and status lie side by side, so that one query has both and none of the other rows. Eventually consistent: half
 * the price, and late by less than a heartbeat.
 */
async function queryFleet(dynamo: Dynamo, table: string, fleet: string): Promise<FleetRows> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page: { Items?: readonly Item[]; LastEvaluatedKey?: Item } = await dynamo.call('Query', {
      TableName: table,
      KeyConditionExpression: '#fleet = :fleet AND #id BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#fleet': FLEET_TABLE_KEY.partition, '#id': FLEET_TABLE_KEY.sort },
      ExpressionAttributeValues: { ':fleet': text(fleet), ':first': text(REPLICA_PREFIX), ':last': text(STATUS_ID) },
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return {
    replicas: items.map(readFleetItem).filter((row) => row !== null),
    status: items.map(readStatusItem).find((row) => row !== null) ?? null,
  };
}
