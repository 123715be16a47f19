/** Tables at an endpoint, fresh for each test, and a clock that the test sets. */
import { type LocalTables, localTables } from '../../../bin/commands/local-tables';
import { tableLedger } from '../../../lambda/router/stores/ledger-table';
import type { Ledger, Refusal, Reservation } from '../../../lambda/router/stores/stores';
import { monthOf } from '../../../lib/spend/ledger';
import type { Item } from '../../../lib/tables/attributes';
import { ledgerKey } from '../../../lib/tables/ledger-item';

export interface StoreEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

export const NOON = Date.UTC(2026, 10, 21, 12, 0, 30);
export const MINUTE_MS = 60_000;
export const NO_CAPS = { tenantUsd: null, accountUsd: null };

let made = 0;

export class World {
  now = NOON;
  tables!: LocalTables;
  private endpoint!: StoreEndpoint;
  readonly nowMs = (): number => this.now;

  /** Registers what makes and ends it around the tests of the block it is called in. */
  static around(makeEndpoint: () => Promise<StoreEndpoint>): World {
    const world = new World();
    beforeAll(async () => {
      world.endpoint = await makeEndpoint();
    });
    afterAll(() => world.endpoint.stop());
    beforeEach(async () => {
      world.now = NOON;
      world.tables = await world.freshTables();
    });
    return world;
  }

  freshTables(): Promise<LocalTables> {
    return localTables(this.endpoint.url, { name: `test-${process.pid}-${++made}`, region: 'us-east-1' });
  }

  /** What every store takes. No call may fail here. */
  deps() {
    return {
      dynamo: this.tables.dynamo,
      nowMs: this.nowMs,
      report: (failure: object): never => {
        throw new Error(`a call failed: ${JSON.stringify(failure)}`);
      },
    };
  }

  /** Another process that works on the same ledger. */
  ledger(of = this.tables): Ledger {
    return tableLedger({ ...this.deps(), dynamo: of.dynamo, table: of.ledger });
  }

  async item(id: string, of = this.tables): Promise<Item> {
    const input = { TableName: of.ledger, Key: ledgerKey(id), ConsistentRead: true };
    return (await of.dynamo.call<{ Item?: Item }>('GetItem', input)).Item ?? {};
  }

  month(of = this.tables): Promise<Item> {
    return this.item(monthOf(this.now), of);
  }

  forget(of: LocalTables): Promise<unknown> {
    return of.dynamo.call('DeleteItem', { TableName: of.ledger, Key: ledgerKey(monthOf(NOON)) });
  }
}

export async function reserved(asked: Reservation | Refusal | Promise<Reservation | Refusal>): Promise<Reservation> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`refused: ${answer.reason}`);
  return answer;
}
