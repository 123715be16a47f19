/** Tables in memory and what can be asked of them, one operation at a time. */
import type { AttributeValue, Item } from '../../../lib/tables/attributes';
import { FakeError } from './errors';
import { type Expressions, type Predicate, compared, condition, invalid, updated } from './expressions';

/** The fields read of any operation's input. */
export interface Input {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly ScanIndexForward?: boolean;
  readonly KeySchema?: readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];
  readonly AttributeDefinitions?: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
}

interface Table {
  readonly keySchema: NonNullable<Input['KeySchema']>;
  readonly keyNames: readonly string[];
  readonly items: Map<string, Item>;
  /** A new table can be used after it was described once: nobody can rely on its being there at once. */
  status: 'CREATING' | 'ACTIVE';
}

/** Both images of an item that was written; one of them is missing where it is new or gone. */
export interface TableChange {
  readonly Keys: Item;
  readonly NewImage?: Item;
  readonly OldImage?: Item;
}

type Operation = (tables: FakeTables, input: Input) => object;

export class FakeTables {
  private readonly tables = new Map<string, Table>();

  /**
   * `pageItems`: most items of one page of a query or scan; DynamoDB's pages end after a megabyte. `changed`: told of each
   * item that was written, as the table's stream would.
   */
  constructor(
    private readonly pageItems: number,
    private readonly changed: (change: TableChange) => void = () => undefined,
  ) {}

  run(operation: string, input: Input): object {
    const run = OPERATIONS[operation];
    if (run === undefined) throw new FakeError('UnknownOperationException', `this fake does not know ${operation}`);
    return run(this, input);
  }

  create(name: string, { KeySchema = [], AttributeDefinitions = [] }: Input): object {
    if (this.tables.has(name)) throw new FakeError('ResourceInUseException', `Table already exists: ${name}`);
    const keyNames = KeySchema.map(({ AttributeName }) => AttributeName);
    const defined = AttributeDefinitions.map(({ AttributeName }) => AttributeName);
    if (keyNames.length === 0 || [...keyNames].sort().join() !== [...defined].sort().join()) {
      throw invalid('Number of attributes in KeySchema does not exactly match number of attributes defined');
    }
    this.tables.set(name, { keySchema: KeySchema, keyNames, items: new Map(), status: 'CREATING' });
    return { TableDescription: { TableName: name, TableStatus: 'CREATING', KeySchema } };
  }

  describe(name: string): object {
    const table = this.tables.get(name);
    if (table === undefined) throw notFound(name);
    const { status, keySchema, items } = table;
    table.status = 'ACTIVE';
    return { Table: { TableName: name, TableStatus: status, KeySchema: keySchema, ItemCount: items.size } };
  }

  drop(name: string): object {
    if (!this.tables.delete(name)) throw notFound(name);
    return { TableDescription: { TableName: name, TableStatus: 'DELETING' } };
  }

  table({ TableName = '' }: Input): Table {
    const table = this.tables.get(TableName);
    if (table === undefined || table.status !== 'ACTIVE') throw notFound(TableName);
    return table;
  }

  /** `after`: the item as it is from now on; `undefined`: there is none any more. */
  write(table: Table, id: string, after: Item | undefined): void {
    const before = table.items.get(id);
    const either = after ?? before;
    if (either === undefined) return;
    if (after === undefined) table.items.delete(id);
    else table.items.set(id, after);
    this.changed({
      Keys: keyOf(table, either),
      ...(after !== undefined && { NewImage: after }),
      ...(before !== undefined && { OldImage: before }),
    });
  }

  page(table: Table, input: Input, matches: Predicate, filter: Predicate): object {
    const inOrder = [...table.items.values()].sort((a, b) => orderOf(table, a, b));
    if (input.ScanIndexForward === false) inOrder.reverse();
    const from = input.ExclusiveStartKey;
    const found = inOrder.filter(matches);
    const start = from === undefined ? 0 : found.findIndex((item) => idOf(table, item) === idOf(table, from)) + 1;
    const page = found.slice(start, start + Math.min(input.Limit ?? Infinity, this.pageItems));
    const last = page.at(-1);
    const more = last !== undefined && start + page.length < found.length;
    const Items = page.filter(filter);
    return {
      Items,
      Count: Items.length,
      ScannedCount: page.length,
      ...(more && { LastEvaluatedKey: keyOf(table, last) }),
    };
  }
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateTable: (tables, input) => tables.create(input.TableName ?? '', input),
  DescribeTable: (tables, input) => tables.describe(input.TableName ?? ''),
  DeleteTable: (tables, input) => tables.drop(input.TableName ?? ''),
  GetItem: (tables, input) => {
    const table = tables.table(input);
    const item = table.items.get(keyId(table, input.Key));
    return item === undefined ? {} : { Item: item };
  },
  PutItem: (tables, input) => {
    const table = tables.table(input);
    const item = input.Item ?? {};
    const id = idOf(table, item);
    const before = table.items.get(id);
    check(input, before);
    tables.write(table, id, normalised(item));
    return input.ReturnValues === 'ALL_OLD' && before !== undefined ? { Attributes: before } : {};
  },
  UpdateItem: (tables, input) => {
    const table = tables.table(input);
    const id = keyId(table, input.Key);
    const before = table.items.get(id);
    const expressions = check(input, before, input.UpdateExpression);
    const change = updated(input.UpdateExpression ?? '', before ?? input.Key ?? {}, expressions);
    refuseUnused(input, expressions);
    const key = change.touched.find((name) => table.keyNames.includes(name));
    if (key !== undefined) throw invalid(`Cannot update attribute ${key}. This attribute is part of the key`);
    tables.write(table, id, normalised(change.item));
    return returned(input.ReturnValues, before, normalised(change.item), change.touched);
  },
  DeleteItem: (tables, input) => {
    const table = tables.table(input);
    const id = keyId(table, input.Key);
    const before = table.items.get(id);
    check(input, before);
    tables.write(table, id, undefined);
    return input.ReturnValues === 'ALL_OLD' && before !== undefined ? { Attributes: before } : {};
  },
  Query: (tables, input) => {
    const table = tables.table(input);
    const expressions = expressionsOf(input);
    const keyCondition = condition(input.KeyConditionExpression ?? '', expressions);
    const filter = input.FilterExpression === undefined ? always : condition(input.FilterExpression, expressions);
    refuseUnused(input, expressions);
    return tables.page(table, input, keyCondition, filter);
  },
  Scan: (tables, input) => {
    const table = tables.table(input);
    const expressions = expressionsOf(input);
    const filter = input.FilterExpression === undefined ? always : condition(input.FilterExpression, expressions);
    refuseUnused(input, expressions);
    return tables.page(table, input, always, filter);
  },
};

const always: Predicate = () => true;

function expressionsOf({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Input): Expressions {
  if (names !== undefined && Object.keys(names).length === 0)
    throw invalid('ExpressionAttributeNames must not be empty');
  if (values !== undefined && Object.keys(values).length === 0) {
    throw invalid('ExpressionAttributeValues must not be empty');
  }
  return { names: names ?? {}, values: values ?? {}, used: new Set() };
}

/** Holds the condition against the item as it is. `others`: an expression of the same call that is read afterwards. */
function check(input: Input, before: Item | undefined, others?: string): Expressions {
  const expressions = expressionsOf(input);
  const holds =
    input.ConditionExpression === undefined || condition(input.ConditionExpression, expressions)(before ?? {});
  if (others === undefined) refuseUnused(input, expressions);
  if (holds) return expressions;
  const wantsItem = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
  throw new FakeError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    400,
    wantsItem ? { Item: before } : {},
  );
}

function refuseUnused(input: Input, { used }: Expressions): void {
  for (const field of ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const) {
    const unused = Object.keys(input[field] ?? {}).filter((placeholder) => !used.has(placeholder));
    if (unused.length > 0) {
      throw invalid(`Value provided in ${field} unused in expressions: keys: {${unused.join(', ')}}`);
    }
  }
}

function returned(mode = 'NONE', before: Item | undefined, after: Item, touched: readonly string[]): object {
  const pick = (item: Item): Item =>
    Object.fromEntries(touched.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
  switch (mode) {
    case 'NONE':
      return {};
    case 'ALL_NEW':
      return { Attributes: after };
    case 'UPDATED_NEW':
      return { Attributes: pick(after) };
    case 'ALL_OLD':
      return before === undefined ? {} : { Attributes: before };
    case 'UPDATED_OLD':
      return before === undefined ? {} : { Attributes: pick(before) };
    default:
      throw invalid(`ReturnValues is ${mode}`);
  }
}

/** Numbers come back as DynamoDB writes them, whatever way they were written. */
const normalised = (item: Item): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]): [string, AttributeValue] => {
      if (!('N' in value)) return [name, value];
      if (typeof value.N !== 'string' || !Number.isFinite(Number(value.N)) || value.N.trim() === '') {
        throw invalid(`The parameter cannot be converted to a numeric value: ${String(value.N)}`);
      }
      return [name, { N: String(Number(value.N)) }];
    }),
  );

function keyId(table: Table, key: Item = {}): string {
  if (Object.keys(key).sort().join() !== [...table.keyNames].sort().join()) {
    throw invalid('The provided key element does not match the schema');
  }
  return idOf(table, key);
}

function keyOf({ keyNames }: Table, item: Item): Item {
  return Object.fromEntries(keyNames.map((name) => [name, item[name] as AttributeValue]));
}

function idOf({ keyNames }: Table, item: Item): string {
  return JSON.stringify(
    keyNames.map((name) => {
      const value = item[name];
      if (value === undefined || !('S' in value)) throw invalid(`Missing the key ${name} in the item`);
      if (value.S === '')
        throw invalid(`The AttributeValue for a key attribute cannot contain an empty string value: ${name}`);
      return value.S;
    }),
  );
}

const orderOf = ({ keyNames }: Table, a: Item, b: Item): number =>
  keyNames.map((name) => compared(a[name], b[name]) ?? 0).find((order) => order !== 0) ?? 0;

const notFound = (name: string): FakeError =>
  new FakeError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
