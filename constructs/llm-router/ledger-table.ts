import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { LEDGER_TABLE_KEY } from '../../lib/tables/key-schemas';
import { type RouterTableProps, tableProps } from './router-table';

/**
 * Spend of each month and rates of each minute, of the account and of each tenant: numbers only, no text of a request.
 * Routers that share one count against the same budgets.
 *
 * Costs by use: a few writes per request, $0.625 per million, and cents a month for its backups.
 *
 * ```ts
 * const ledger = new LedgerTable(this, 'Ledger');
 * ```
 */
export class LedgerTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, props: RouterTableProps = {}) {
    super(scope, id, tableProps(LEDGER_TABLE_KEY.partition, props));
  }
}
