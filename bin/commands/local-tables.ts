/** The router's tables in a DynamoDB of one's own, such as DynamoDB Local: made if they are missing, and left there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CredentialsProvider, environmentCredentials } from '../../lambda/aws/credentials';
import { type Dynamo, dynamo } from '../../lambda/aws/dynamo';
import { AwsError } from '../../lambda/aws/errors';
import { isLoopback } from '../../lib/policy/boundary';
import { FLEET_TABLE_KEY, KEYS_TABLE_KEY, LEDGER_TABLE_KEY } from '../../lib/tables/key-schemas';
import { awsLogin } from './aws-login';
import { awsMistake } from './aws-mistake';
import { UsageError } from './command';

export interface LocalTables {
  readonly dynamo: Dynamo;
  readonly keys: string;
  readonly fleets: string;
  readonly ledger: string;
}

const READY_WITHIN_MS = 30_000;
/** Stand-ins for DynamoDB are slower than it is, and what is late would be sent twice. */
const LIMITS = { attemptMs: 5_000, limitMs: 15_000 } as const;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** Throws a `UsageError` where there is no DynamoDB at the address. */
export async function localTables(
  url: string,
  { name, region }: { name: string; region: string },
): Promise<LocalTables> {
  if (!URL.canParse(url))
    throw new UsageError(`--dynamodb is \`${url}\`; it takes an address such as http://127.0.0.1:8000`);
  const tables = { keys: `${name}-keys`, fleets: `${name}-fleets`, ledger: `${name}-ledger` };
  const database = dynamo({ endpoint: url, region, credentials: await credentialsFor(url), ...LIMITS });
  try {
    await Promise.all([
      ensureTable(database, tables.keys, KEYS_TABLE_KEY),
      ensureTable(database, tables.fleets, FLEET_TABLE_KEY),
      ensureTable(database, tables.ledger, LEDGER_TABLE_KEY),
    ]);
  } catch (error) {
    throw awsMistake(error, `--dynamodb ${url}`, 'dynamodb:CreateTable and dynamodb:DescribeTable');
  }
  return { ...tables, dynamo: database };
}

/** A database on this machine asks for a signature, but not whose. */
async function credentialsFor(url: string): Promise<CredentialsProvider> {
  if (!isLoopback(url)) return awsLogin();
  const isSet = Boolean(process.env['AWS_ACCESS_KEY_ID'] && process.env['AWS_SECRET_ACCESS_KEY']);
  return isSet ? environmentCredentials() : () => ({ accessKeyId: 'local', secretAccessKey: 'local' });
}

async function ensureTable(
  { call }: Dynamo,
  table: string,
  key: { readonly partition: string; readonly sort?: string },
): Promise<void> {
  const attributes = [key.partition, ...(key.sort === undefined ? [] : [key.sort])];
  try {
    await call('CreateTable', {
      TableName: table,
      KeySchema: attributes.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      BillingMode: 'PAY_PER_REQUEST',
    });
  } catch (error) {
    if (!(error instanceof AwsError && error.type === 'ResourceInUseException')) throw error;
  }
  for (let pauseMs = FIRST_PAUSE_MS, waitedMs = 0; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const { Table } = await call<{ Table?: { TableStatus?: string } }>('DescribeTable', { TableName: table });
    if (Table?.TableStatus === 'ACTIVE') return;
    if (waitedMs >= READY_WITHIN_MS) throw new UsageError(`the table ${table} is ${Table?.TableStatus}, not ACTIVE`);
    await sleep(pauseMs);
    waitedMs += pauseMs;
  }
}
