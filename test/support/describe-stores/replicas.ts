/** Replicas in the fleet table. */
import { tableReplicas } from '../../../lambda/router/stores/fleet-table';
import { fleetItem } from '../../../lib/tables/fleet-item';
import type { FleetReplicaRow } from '../../../lib/tables/fleet-row';
import { statusOf } from '../fleet-status';
import { statusItem } from '../../../lib/tables/status-item';
import type { World } from './world';

export function describeReplicas(world: World): void {
  describe('replicas', () => {
    const row = (id: string, rest: Partial<FleetReplicaRow> = {}): FleetReplicaRow => ({
      fleet: 'llama',
      id: `replica#${id}`,
      state: 'ready',
      url: `https://10.0.0.${id.length}:8443`,
      certificateSha256: 'ab',
      heartbeatMs: world.now,
      sequence: 1,
      running: 3,
      waiting: 2,
      kvUse: 0.5,
      detail: '',
      ...rest,
    });
    const put = (one: FleetReplicaRow): Promise<unknown> =>
      world.tables.dynamo.call('PutItem', { TableName: world.tables.fleets, Item: fleetItem(one) });
    const store = () => tableReplicas({ ...world.deps(), tables: { llama: world.tables.fleets } });

    test('are the ready ones of the fleet that are alive, and none of its other rows', async () => {
      await put(row('i-1'));
      await put(row('i-2', { state: 'booting', url: '' }));
      await put(row('i-3', { state: 'draining' }));
      await put(row('i-4', { fleet: 'other' }));
      await put(row('i-5', { heartbeatMs: world.now - 15_000 }));
      await world.tables.dynamo.call('PutItem', {
        TableName: world.tables.fleets,
        Item: { fleet: { S: 'llama' }, id: { S: 'wanted' }, wanted: { N: '2' } },
      });
      expect(await store().rows('llama')).toEqual([
        {
          id: 'i-1',
          url: row('i-1').url,
          certificateSha256: 'ab',
          ready: true,
          running: 3,
          waiting: 2,
          loadAsOfMs: world.now,
        },
      ]);
      expect(await store().rows('unknown')).toEqual([]);
    });

    test('stand beside what the controller says of the fleet, with or without any of them', async () => {
      const status = statusOf({ etaMs: world.now, reason: 'at_maximum' });
      expect(await store().status?.('llama')).toBeNull();
      await world.tables.dynamo.call('PutItem', { TableName: world.tables.fleets, Item: statusItem(status) });
      expect(await store().status?.('llama')).toEqual(status);
      // More than a page of rows.
      for (const id of ['i-1', 'i-2', 'i-3', 'i-4', 'i-5']) await put(row(id));
      const both = store();
      expect(await both.status?.('llama')).toEqual(status);
      expect(await both.rows('llama')).toHaveLength(5);
    });
  });
}
