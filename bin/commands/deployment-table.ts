/** A table of a deployment, asked with the caller's AWS login. */
import type { Config } from '../../config/schema';
import { dynamo } from '../../lambda/aws/dynamo';
import { AwsError } from '../../lambda/aws/errors';
import type { Call } from '../../lambda/aws/json-service';
import type { Item } from '../../lib/tables/attributes';
import { awsLogin } from './aws-login';
import { awsMistake } from './aws-mistake';
import { type Args, UsageError, text } from './command';
import { deploymentOf, outputOf, regionOf } from './deployment';

/** People wait longer than a router would. */
const LIMITS = { attemptMs: 5_000, limitMs: 15_000 } as const;

export interface DeploymentTable {
  /** For messages, such as "the table acme-keys in us-east-1". */
  readonly name: string;
  /** `input` but for the table's name. Throws a `UsageError` that says what to do where AWS refuses or is not there. */
  readonly call: Call;
  /** All items, on all pages. */
  readonly scan: () => Promise<readonly Item[]>;
}

/** The table of `--table`, or else the one that this output of the deployment's stack names. */
export async function deploymentTable(args: Args, config: Config | null, output: string): Promise<DeploymentTable> {
  const named = text(args, 'table');
  if (named !== undefined) return tableOf(named, regionOf(args, config));
  const deployment = await deploymentOf(args, config);
  return tableOf(outputOf(deployment, output), deployment.region);
}

async function tableOf(table: string, region: string): Promise<DeploymentTable> {
  const database = dynamo({ region, credentials: await awsLogin(), ...LIMITS });
  const name = `the table ${table} in ${region}`;
  const call = async <Output>(operation: string, input: object): Promise<Output> => {
    try {
      return await database.call<Output>(operation, { TableName: table, ...input });
    } catch (error) {
      if (error instanceof AwsError && error.type === 'ResourceNotFoundException') {
        throw new UsageError(`there is no table \`${table}\` in ${region}; name another with --table and --region`);
      }
      throw awsMistake(error, `${name}: ${operation}`, `dynamodb:${operation}`);
    }
  };
  return {
    name,
    call,
    scan: async () => {
      const items: Item[] = [];
      let from: Item | undefined;
      do {
        const page: { Items?: readonly Item[]; LastEvaluatedKey?: Item } = await call('Scan', {
          ConsistentRead: true,
          ...(from !== undefined && { ExclusiveStartKey: from }),
        });
        items.push(...(page.Items ?? []));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return items;
    },
  };
}
