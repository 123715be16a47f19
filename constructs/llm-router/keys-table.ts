import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { KEYS_TABLE_KEY } from '../../lib/tables/key-schemas';
import { type RouterTableProps, tableProps } from './router-table';

/**
 * Callers' keys, stored as hashes. One table may serve several routers.
 *
 * Costs by use: a read per request, $0.125 per million, and cents a month for its backups.
 *
 * ```ts
 * const keysTable = new KeysTable(this, 'Keys');
 * ```
 */
export class KeysTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, props: RouterTableProps = {}) {
    super(scope, id, tableProps(KEYS_TABLE_KEY.partition, props));
  }
}
