/** The keys table of a deployment, written to with the caller's AWS login. */
import { type Dynamo, dynamo, isConditionFailed } from '../../lambda/aws/dynamo';
import { AwsError } from '../../lambda/aws/errors';
import { type Item, text as textValue } from '../../lib/tables/attributes';
import { keyItem, readKeyItem } from '../../lib/tables/key-item';
import { KEYS_TABLE_KEY } from '../../lib/tables/key-schemas';
import type { Config } from '../../config/schema';
import { awsLogin } from './aws-login';
import { awsMistake } from './aws-mistake';
import { type Args, UsageError, text } from './command';
import { deploymentOf, outputOf, regionOf } from './deployment';
import type { KeyPlace } from './key-place';

const HASH = KEYS_TABLE_KEY.partition;
/** People wait longer than a router would. */
const LIMITS = { attemptMs: 5_000, limitMs: 15_000 } as const;

/** The table of `--table`, or else the one that the deployment's stack names. */
export async function keyTable(args: Args, config: Config | null): Promise<KeyPlace> {
  const named = text(args, 'table');
  if (named !== undefined) return placeOf(named, regionOf(args, config));
  const deployment = await deploymentOf(args, config);
  return placeOf(outputOf(deployment, 'KeysTableName'), deployment.region);
}

async function placeOf(table: string, region: string): Promise<KeyPlace> {
  const { call } = dynamo({ region, credentials: await awsLogin(), ...LIMITS });
  const name = `the table ${table} in ${region}`;
  const asked = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AwsError && error.type === 'ResourceNotFoundException') {
        throw new UsageError(`there is no table \`${table}\` in ${region}; name another with --table and --region`);
      }
      throw awsMistake(error, `${name}: ${operation}`, `dynamodb:${operation}`);
    }
  };
  return {
    name,
    worksUntil: 'within a minute',
    add: ({ hash, tenant, floor, expires }) =>
      asked('PutItem', async () => {
        const row = {
          hash,
          tenant,
          floor: floor ?? 'public',
          expiresMs: expires === undefined ? null : Date.parse(expires),
        };
        await call('PutItem', {
          TableName: table,
          Item: keyItem({ ...row, createdMs: Date.now() }),
          // A key is random: what is there already is some other's, and never written over.
          ConditionExpression: 'attribute_not_exists(#hash)',
          ExpressionAttributeNames: { '#hash': HASH },
        });
      }),
    list: () => asked('Scan', () => scan(call, table)),
    remove: (hash) =>
      asked('DeleteItem', async () => {
        try {
          await call('DeleteItem', {
            TableName: table,
            Key: { [HASH]: textValue(hash) },
            ConditionExpression: 'attribute_exists(#hash)',
            ExpressionAttributeNames: { '#hash': HASH },
          });
        } catch (error) {
          // Somebody was faster, or this call went out twice: the key is gone either way.
          if (!isConditionFailed(error)) throw error;
        }
      }),
  };
}

async function scan(call: Dynamo['call'], table: string): ReturnType<KeyPlace['list']> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page: { Items?: readonly Item[]; LastEvaluatedKey?: Item } = await call('Scan', {
      TableName: table,
      ConsistentRead: true,
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items
    .map(readKeyItem)
    .filter((row) => row !== null)
    .sort((a, b) => a.createdMs - b.createdMs || (a.hash < b.hash ? -1 : 1))
    .map(({ hash, tenant, floor, expiresMs, createdMs }) => ({
      hash,
      tenant,
      floor,
      expires: expiresMs === null ? null : new Date(expiresMs).toISOString(),
      created: new Date(createdMs).toISOString(),
    }));
}
