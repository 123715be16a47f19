/** The stores of a function in an account: which table, secret or address stands behind each, by the bindings. */
import type { Bindings } from '../../../lib/plan/bind';
import { ENVIRONMENT } from '../../../lib/plan/environment';
import type { RouterPlan } from '../../../lib/plan/types';
import type { ReportFailure } from '../../../lib/records/table-failure';
import { dynamo } from '../../aws/dynamo';
import { secretsManager } from '../../aws/secrets';
import { tableReplicas } from './fleet-table';
import { tableKeys } from './key-table';
import { tableLedger } from './ledger-table';
import { managedSecrets } from './secrets';
import { staticReplicas } from './static-replicas';
import type { KeyStore, Ledger, ReplicaStore, SecretStore, WakeStore } from './stores';
import { tableWakes } from './wake-table';

export interface AccountStores {
  readonly keys: KeyStore;
  readonly ledger: Ledger;
  readonly replicas: ReplicaStore;
  readonly secrets: SecretStore;
  readonly wakes: WakeStore;
}

export interface AccountStoresOptions {
  readonly plan: RouterPlan;
  readonly bindings: Bindings;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
}

/** Throws where the function has no table for keys or ledger: it was deployed by halves. */
export function accountStores({ plan, bindings, nowMs, report }: AccountStoresOptions): AccountStores {
  const { keysTable, ledgerTable, fleetTables, secretArns } = bindings;
  if (keysTable === null) throw new Error(`${ENVIRONMENT.keysTable} is not set: the function has no table of keys`);
  if (ledgerTable === null) throw new Error(`${ENVIRONMENT.ledgerTable} is not set: the function has no ledger`);
  const tables = dynamo();
  return {
    keys: tableKeys({ dynamo: tables, table: keysTable, nowMs, report }),
    ledger: tableLedger({ dynamo: tables, table: ledgerTable, nowMs, report }),
    replicas: replicasOf(plan, tableReplicas({ dynamo: tables, tables: fleetTables, nowMs, report }), nowMs),
    wakes: tableWakes({ dynamo: tables, tables: fleetTables, nowMs, report }),
    secrets: managedSecrets({ arns: secretArns, getSecret: secretsManager(), nowMs, report }),
  };
}

/** A fleet's own addresses where the config lists some, else the rows of its table. */
export function replicasOf({ fleets }: RouterPlan, tables: ReplicaStore, nowMs: () => number): ReplicaStore {
  const listed = staticReplicas(fleets, nowMs);
  return {
    ...(tables.changes === true && { changes: true }),
    rows: (fleet) => (fleets[fleet]?.endpoints == null ? tables : listed).rows(fleet),
    status: (fleet) => (fleets[fleet]?.endpoints == null ? (tables.status?.(fleet) ?? null) : null),
  };
}
