/** The keys table of a deployment, written to with the caller's AWS login. */
import { isConditionFailed } from '../../lambda/aws/dynamo';
import { text as textValue } from '../../lib/tables/attributes';
import { keyItem, readKeyItem } from '../../lib/tables/key-item';
import { KEYS_TABLE_KEY } from '../../lib/tables/key-schemas';
import type { Config } from '../../config/schema';
import type { Args } from './command';
import { type DeploymentTable, deploymentTable } from './deployment-table';
import type { KeyPlace } from './key-place';

const HASH = KEYS_TABLE_KEY.partition;

/** The table of `--table`, or else the one that the deployment's stack names. */
export async function keyTable(args: Args, config: Config | null): Promise<KeyPlace> {
  return placeIn(await deploymentTable(args, config, 'KeysTableName'));
}

const placeIn = ({ name, call, scan }: DeploymentTable): KeyPlace => ({
  name,
  worksUntil: 'within a minute',
  add: async ({ hash, tenant, floor, expires }) => {
    const row = {
      hash,
      tenant,
      floor: floor ?? 'public',
      expiresMs: expires === undefined ? null : Date.parse(expires),
    };
    await call('PutItem', {
      Item: keyItem({ ...row, createdMs: Date.now() }),
      // A key is random: what is there already is some other's, and never written over.
      ConditionExpression: 'attribute_not_exists(#hash)',
      ExpressionAttributeNames: { '#hash': HASH },
    });
  },
  list: async () =>
    (await scan())
      .map(readKeyItem)
      .filter((row) => row !== null)
      .sort((a, b) => a.createdMs - b.createdMs || (a.hash < b.hash ? -1 : 1))
      .map(({ hash, tenant, floor, expiresMs, createdMs }) => ({
        hash,
        tenant,
        floor,
        expires: expiresMs === null ? null : new Date(expiresMs).toISOString(),
        created: new Date(createdMs).toISOString(),
      })),
  remove: async (hash) => {
    try {
      await call('DeleteItem', {
        Key: { [HASH]: textValue(hash) },
        ConditionExpression: 'attribute_exists(#hash)',
        ExpressionAttributeNames: { '#hash': HASH },
      });
    } catch (error) {
      // Somebody was faster, or this call went out twice: the key is gone either way.
      if (!isConditionFailed(error)) throw error;
    }
  },
});
