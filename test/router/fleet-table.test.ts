/** Replicas when their table fails or a host's clock is wrong; and that nobody waits for rows without need. */
import { tableReplicas } from '../../lambda/router/stores/fleet-table';
import { fleetItem } from '../../lib/tables/fleet-item';
import { statusItem } from '../../lib/tables/status-item';
import { DENIED, FailingTables, NOON } from '../support/failing-tables';
import { statusOf } from '../support/fleet-status';

const on = FailingTables.inEachTest();

describe('replicas', () => {
  const row = (sequence: number, heartbeatMs: number) => ({
    fleet: 'llama',
    id: 'replica#i-1',
    state: 'ready' as const,
    url: 'http://10.0.0.1:8000',
    certificateSha256: '',
    heartbeatMs,
    sequence,
    running: 0,
    waiting: 0,
    kvUse: 0,
    detail: '',
  });
  const beat = (sequence: number, heartbeatMs = on.now): Promise<unknown> =>
    on.tables.dynamo.call('PutItem', { TableName: on.tables.fleets, Item: fleetItem(row(sequence, heartbeatMs)) });
  const store = () =>
    tableReplicas({
      dynamo: on.tables.dynamo,
      tables: { llama: on.tables.fleets },
      nowMs: on.nowMs,
      report: on.report,
    });

  test('are asked for at most every two seconds, and nobody waits for that', async () => {
    await beat(1);
    const replicas = store();
    await replicas.rows('llama');
    on.now += 1_999;
    await replicas.rows('llama');
    expect(on.asked('Query')).toBe(1);
    on.now += 1;
    await beat(1, on.now + 1_000_000);
    expect(await replicas.rows('llama')).toMatchObject([{ ready: true }]);
    await on.idle();
    expect(on.asked('Query')).toBe(2);
  });

  test('come with what the controller says of the fleet, in one query', async () => {
    await beat(1);
    const status = statusOf({ etaMs: NOON + 60_000, reason: 'at_maximum' });
    await on.tables.dynamo.call('PutItem', { TableName: on.tables.fleets, Item: statusItem(status) });
    const replicas = store();
    expect(await replicas.status?.('llama')).toEqual(status);
    expect(await replicas.rows('llama')).toHaveLength(1);
    expect(on.asked('Query')).toBe(1);
    on.fake.always(DENIED);
    on.now += 15_001;
    expect(await replicas.status?.('llama')).toBeNull();
    expect(await replicas.status?.('unknown')).toBeNull();
    expect(on.failures).toHaveLength(1);
  });

  test('say since when their load is as it is', async () => {
    await beat(1);
    const replicas = store();
    expect(await replicas.rows('llama')).toMatchObject([{ loadAsOfMs: NOON }]);
    on.now += 2_000;
    await replicas.rows('llama');
    await on.idle();
    // The same heartbeat says nothing new.
    expect(await replicas.rows('llama')).toMatchObject([{ loadAsOfMs: NOON }]);
    await beat(2);
    on.now += 2_000;
    await replicas.rows('llama');
    await on.idle();
    expect(await replicas.rows('llama')).toMatchObject([{ loadAsOfMs: NOON + 4_000 }]);
  });

  test('that cannot be read are one line in the log, however many requests wait for them', async () => {
    on.fake.always(DENIED);
    const replicas = store();
    for (let asked = 0; asked < 20; asked++) expect(await replicas.rows('llama')).toEqual([]);
    expect(on.failures).toHaveLength(1);
    on.now += 1_001;
    await replicas.rows('llama');
    expect(on.failures).toHaveLength(2);
  });

  test('are used for 15 s while the table fails, and then no more', async () => {
    await beat(1);
    const replicas = store();
    await replicas.rows('llama');
    on.fake.always(DENIED);
    on.now += 14_000;
    expect(await replicas.rows('llama')).toMatchObject([{ ready: true }]);
    expect(on.failures).toEqual([]);
    await on.idle();
    on.now += 1_001;
    expect(await replicas.rows('llama')).toEqual([]);
    expect(on.failures).toEqual([
      { table: 'fleet', operation: 'query', error: 'AccessDeniedException', detail: { fleet: 'llama' } },
    ]);
  });

  /** Rows as read every two seconds for a while; whether the replica was ready at each time. */
  const watch = async (times: number, write: (time: number) => Promise<unknown>): Promise<readonly boolean[]> => {
    const replicas = store();
    const seen: boolean[] = [];
    for (let time = 0; time < times; time++) {
      await write(time);
      await replicas.rows('llama');
      await on.idle();
      seen.push((await replicas.rows('llama'))[0]?.ready === true);
      on.now += 2_000;
    }
    return seen;
  };

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('whose clock is %s count as ready as soon as their heart was seen to beat', async (_, offMs) => {
    expect(await watch(3, (time) => beat(time, on.now + offMs))).toEqual([false, true, true]);
  });

  test('whose clock is ahead are not ready once their heart stands still', async () => {
    const seen = await watch(10, (time) => (time === 0 ? beat(1, NOON + 12_000) : Promise.resolve()));
    expect(seen).toEqual([...Array<boolean>(8).fill(true), false, false]);
  });
});
