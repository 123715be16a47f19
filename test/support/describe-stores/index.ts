/**
 * The behaviour of the stores in tables, against whatever answers as DynamoDB: the fake of this repository, moto, DynamoDB
 * Local. Call it at the top of a test file.
 */
import { describeKeys } from './keys';
import { describeLedger } from './ledger';
import { describeLedgerModel } from './ledger-model';
import { describeReplicas } from './replicas';
import { type StoreEndpoint, World } from './world';

export type { StoreEndpoint };

export interface DescribeStoresOptions {
  /** How many random histories each property is tried on. @default 30 */
  readonly runs?: number;
}

export function describeStores(
  name: string,
  makeEndpoint: () => Promise<StoreEndpoint>,
  { runs = 30 }: DescribeStoresOptions = {},
): void {
  describe(`stores in tables: ${name}`, () => {
    const world = World.around(makeEndpoint);
    describeKeys(world);
    describeReplicas(world);
    describeLedger(world);
    describeLedgerModel(world, runs);
  });
}
