/** Replicas in the fleet table. */
import { tableReplicas } from '../../../lambda/router/stores/fleet-table';
import { fleetItem } from '../../../lib/tables/fleet-item';
import type { FleetReplicaRow } from '../../../lib/tables/fleet-row';
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
      waiting: 0,
      kvUse: 0.5,
      detail: '',
      ...rest,
    });
    const put = (one: FleetReplicaRow): Promise<unknown> =>
      world.tables.dynamo.call('PutItem', { TableName: world.tables.fleets, Item: fleetItem(one) });
    const store = () => tableReplicas({ ...world.deps(), tables: { llama: world.tables.fleets } });

    test('are the ready ones of the fleet, and none of its other rows', async () => {
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
        { id: 'i-1', url: row('i-1').url, certificateSha256: 'ab', ready: true, running: 3 },
        { id: 'i-5', url: row('i-5').url, certificateSha256: 'ab', ready: false, running: 3 },
      ]);
      expect(await store().rows('unknown')).toEqual([]);
    });
  });
}
