/** The meter's two tables, without a socket between: the fake DynamoDB's own, with a hook before and after each operation. */
import { AwsError } from '../../lambda/aws/errors';
import type { Dynamo } from '../../lambda/aws/dynamo';
import type { Item } from '../../lib/tables/attributes';
import { FLEET_TABLE_KEY, LEDGER_TABLE_KEY } from '../../lib/tables/key-schemas';
import { FakeError } from '../support/fake-dynamo/errors';
import { FakeTables, type Input } from '../support/fake-dynamo/tables';

interface Page {
  readonly Items: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

export class MeterTables {
  /** Called before each operation; throws to make it fail. */
  before: (operation: string, table: string) => void = () => undefined;
  /** Called when an operation is done; throws to lose its answer. */
  after: (operation: string, table: string) => void = () => undefined;
  // One row a page, so that whoever forgets the next page is seen.
  private readonly tables = new FakeTables(1);

  constructor() {
    this.create('ledger', LEDGER_TABLE_KEY.partition);
    this.create('replicas', FLEET_TABLE_KEY.partition, FLEET_TABLE_KEY.sort);
    this.create('others', FLEET_TABLE_KEY.partition, FLEET_TABLE_KEY.sort);
  }

  readonly dynamo: Dynamo = {
    call: async <Output>(operation: string, input: object): Promise<Output> => {
      const { TableName: table = '' } = input as { TableName?: string };
      this.before(operation, table);
      const output = this.run(operation, input);
      this.after(operation, table);
      return output as Output;
    },
  };

  put(table: string, item: Item): void {
    this.run('PutItem', { TableName: table, Item: item });
  }

  /** All rows of a table. */
  rows(table: string): readonly Item[] {
    const rows: Item[] = [];
    let from: Item | undefined;
    do {
      const page = this.run('Scan', { TableName: table, ...(from && { ExclusiveStartKey: from }) }) as Page;
      rows.push(...page.Items);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return rows;
  }

  delete(table: string, Key: Item): void {
    this.run('DeleteItem', { TableName: table, Key });
  }

  ledgerItem(id: string): Item {
    const Key = { [LEDGER_TABLE_KEY.partition]: { S: id } };
    return (this.run('GetItem', { TableName: 'ledger', Key }) as { Item?: Item }).Item ?? {};
  }

  private run(operation: string, input: Input): object {
    try {
      return this.tables.run(operation, input);
    } catch (error) {
      if (!(error instanceof FakeError)) throw error;
      throw new AwsError(error.type, error.message, error.status, error.more);
    }
  }

  private create(TableName: string, ...names: readonly string[]): void {
    this.run('CreateTable', {
      TableName,
      KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    });
    this.run('DescribeTable', { TableName });
  }
}
