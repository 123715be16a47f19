/** Keys when their table is slow, wrong or gone; and that nobody waits for it without need. */
import { authenticate } from '../../lambda/router/authenticate';
import type { RouterRequest } from '../../lambda/router/request';
import { firstOf, tableKeys } from '../../lambda/router/stores/key-table';
import { memoryKeys } from '../../lambda/router/stores/memory';
import type { Item } from '../../lib/tables/attributes';
import { keyItem } from '../../lib/tables/key-item';
import { DENIED, FailingTables, NOON } from '../support/failing-tables';
import { keyRow } from '../support/router';

const on = FailingTables.inEachTest();

describe('keys', () => {
  const KEY = keyRow('hk_a', 'research', { expiresMs: NOON + 240_000 });
  const request = { headers: { authorization: 'Bearer hk_a' } } as unknown as RouterRequest;
  const store = () =>
    tableKeys({ dynamo: on.tables.dynamo, table: on.tables.keys, nowMs: on.nowMs, report: on.report });

  beforeEach(() =>
    on.tables.dynamo.call('PutItem', { TableName: on.tables.keys, Item: keyItem({ ...KEY, createdMs: NOON }) }),
  );

  test('are looked up once for many requests at a time, and then not for half a minute', async () => {
    const keys = store();
    expect(await Promise.all([keys.find(KEY.hash), keys.find(KEY.hash), keys.find(KEY.hash)])).toHaveLength(3);
    on.now += 29_000;
    await keys.find(KEY.hash);
    expect(on.asked('GetItem')).toBe(1);
  });

  test('in use are read again without anybody waiting for it', async () => {
    const keys = store();
    await keys.find(KEY.hash);
    on.now += 31_000;
    on.fake.next({ kind: 'delay', ms: 400 });
    const startedMs = performance.now();
    expect(await keys.find(KEY.hash)).not.toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(350);
    await on.idle();
    expect(on.asked('GetItem')).toBe(2);
  });

  test('seen before still work for five minutes while the table fails, and end when they expire', async () => {
    const keys = store();
    await keys.find(KEY.hash);
    on.fake.always(DENIED);
    on.now += 239_000;
    expect(await authenticate(keys, request, on.now)).not.toBeNull();
    on.now += 1_000;
    expect(await authenticate(keys, request, on.now)).toBeNull();
    on.now += 60_000;
    await expect(authenticate(keys, request, on.now)).rejects.toMatchObject({ name: 'KeysUnavailable' });
    expect(on.failures).toEqual([{ table: 'keys', operation: 'read', error: 'AccessDeniedException' }]);
  });

  test('never seen are not called invalid while the table fails', async () => {
    on.fake.always(DENIED);
    await expect(store().find(KEY.hash)).rejects.toMatchObject({
      name: 'KeysUnavailable',
      told: { code: 'no_target_available', retryAfterSeconds: 1 },
    });
  });

  test('are not made to wait again and again for a table that has just failed', async () => {
    on.fake.always(DENIED);
    const keys = store();
    for (let time = 0; time < 5; time++) await expect(keys.find(KEY.hash)).rejects.toThrow();
    expect(on.asked('GetItem')).toBe(1);
    on.fake.always(null);
    on.now += 1_000;
    expect(await keys.find(KEY.hash)).not.toBeNull();
  });

  test('that somebody guesses push out none that is in use', async () => {
    let reads = 0;
    const keys = tableKeys({
      dynamo: {
        call: <Output>(_: string, input: object) => {
          const { hash } = (input as { Key: Item }).Key;
          if (hash !== undefined && 'S' in hash && hash.S === KEY.hash) reads += 1;
          return Promise.resolve({} as Output);
        },
      },
      table: 't',
      nowMs: on.nowMs,
      report: on.report,
    });
    for (let guess = 0; guess < 12_000; guess++) {
      if (guess % 5_000 === 0) await keys.find(KEY.hash);
      await keys.find(`guess ${guess}`);
    }
    await keys.find(KEY.hash);
    expect(reads).toBe(1);
  });

  test('of a table with a row that nobody understands work nowhere', async () => {
    await on.tables.dynamo.call('PutItem', {
      TableName: on.tables.keys,
      Item: { hash: { S: KEY.hash }, tenant: { S: 'research' }, floor: { S: 'none' } },
    });
    expect(await store().find(KEY.hash)).toBeNull();
  });

  test('given by hand need no table', async () => {
    on.fake.always(DENIED);
    const keys = firstOf(memoryKeys([KEY]), store());
    expect(await keys.find(KEY.hash)).toEqual(KEY);
    expect(on.asked('GetItem')).toBe(0);
  });
});
