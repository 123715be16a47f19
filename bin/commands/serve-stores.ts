/** What `serve` keeps outside the router: in memory, or with `--dynamodb` in tables as in an account. */
import type { Config } from '../../config/schema';
import { replicasOf } from '../../lambda/router/stores/account';
import { tableReplicas } from '../../lambda/router/stores/fleet-table';
import { firstOf, tableKeys } from '../../lambda/router/stores/key-table';
import { tableLedger } from '../../lambda/router/stores/ledger-table';
import { memoryKeys, memoryLedger } from '../../lambda/router/stores/memory';
import { staticReplicas } from '../../lambda/router/stores/static-replicas';
import type { KeyStore, Ledger, ReplicaStore, WakeStore } from '../../lambda/router/stores/stores';
import { tableWakes } from '../../lambda/router/stores/wake-table';
import type { RouterPlan } from '../../lib/plan/types';
import type { ReportFailure } from '../../lib/records/table-failure';
import type { KeyRow } from '../../lib/tables/key-row';
import { localTables } from './local-tables';

export interface ServeStores {
  readonly keys: KeyStore;
  readonly ledger: Ledger;
  replicas(plan: RouterPlan): ReplicaStore;
  /** Absent: there is nobody to wake a fleet. */
  readonly wakes?: WakeStore;
}

/** `given` are keys that work beside those of a table. `url`: where DynamoDB is; `undefined`: everything in memory. */
export async function serveStores(
  url: string | undefined,
  config: Config,
  given: readonly KeyRow[],
  report: ReportFailure,
): Promise<ServeStores> {
  const nowMs = Date.now;
  if (url === undefined) {
    return {
      keys: memoryKeys(given),
      ledger: memoryLedger(nowMs),
      replicas: ({ fleets }) => staticReplicas(fleets, nowMs),
    };
  }
  const { dynamo, keys, fleets, ledger } = await localTables(url, config);
  const tables = Object.fromEntries(Object.keys(config.fleets).map((fleet) => [fleet, fleets]));
  const rows = tableReplicas({ dynamo, tables, nowMs, report });
  return {
    keys: firstOf(memoryKeys(given), tableKeys({ dynamo, table: keys, nowMs, report })),
    ledger: tableLedger({ dynamo, table: ledger, nowMs, report }),
    replicas: (plan) => replicasOf(plan, rows, nowMs),
    wakes: tableWakes({ dynamo, tables, nowMs, report }),
  };
}
