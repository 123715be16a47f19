/** Callers' keys in their table. */
import { tableKeys } from '../../../lambda/router/stores/key-table';
import { keyItem } from '../../../lib/tables/key-item';
import { MINUTE_MS, NOON, type World } from './world';

export function describeKeys(world: World): void {
  describe('keys', () => {
    const KEY = { hash: 'a'.repeat(64), tenant: 'research', floor: 'internal', createdMs: 1 } as const;
    const put = (row: object): Promise<unknown> =>
      world.tables.dynamo.call('PutItem', {
        TableName: world.tables.keys,
        Item: keyItem({ ...KEY, expiresMs: null, ...row }),
      });
    const keys = () => tableKeys({ ...world.deps(), table: world.tables.keys });

    test('are found by their hash, with tenant, floor and end', async () => {
      await put({ expiresMs: NOON + 5 });
      expect(await keys().find(KEY.hash)).toMatchObject({
        hash: KEY.hash,
        tenant: 'research',
        floor: 'internal',
        expiresMs: NOON + 5,
      });
      expect(await keys().find('b'.repeat(64))).toBeNull();
    });

    test('that are revoked end within a minute', async () => {
      await put({});
      const store = keys();
      expect(await store.find(KEY.hash)).not.toBeNull();
      await world.tables.dynamo.call('DeleteItem', { TableName: world.tables.keys, Key: { hash: { S: KEY.hash } } });
      world.now += MINUTE_MS;
      expect(await store.find(KEY.hash)).toBeNull();
    });

    test('that are made after they were first tried work ten seconds later', async () => {
      const store = keys();
      expect(await store.find(KEY.hash)).toBeNull();
      await put({});
      world.now += 10_000;
      expect(await store.find(KEY.hash)).not.toBeNull();
    });
  });
}
