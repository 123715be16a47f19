/** How every drill ends, whatever went wrong in it. */
import { STATUS_ID } from '../../../../lib/tables/status-row';
import { WAKE_ID } from '../../../../lib/tables/wake-row';
import { HOUR, MINUTE } from '../../../support/fake-auto-scaling';
import { counted } from './caller';
import type { DrillFleet } from './fleet';

/**
 * As many are ready as are wanted, all of them spot, each in service; the maximum was kept, and whatever groups did was asked of them. Then all
 * is let go, and nothing is left of instances and hooks, and after an hour of rows.
 */
export async function endsWell(fleet: DrillFleet, replicas: number): Promise<void> {
  const { region, settings } = fleet;
  const isAll = (hosts: readonly unknown[]): boolean => hosts.length === replicas;
  await fleet.passUntil(() => {
    const { state, wanted, readyReplicas } = fleet.status ?? {};
    const settled = state === (replicas === 0 ? 'asleep' : 'ready') && wanted === replicas;
    return settled && readyReplicas === replicas && isAll(region.live()) && isAll(region.live('spot'));
  });
  await fleet.passUntil(() => region.live().every(({ lifecycle }) => lifecycle === 'InService'));
  expect(region.peak).toBeLessThanOrEqual(settings.maxReplicas);
  expect(region.scaledIn).toEqual([]);
  if (replicas > 0) {
    await fleet.ready(replicas);
    expect(await counted([...fleet.many(2, true), ...fleet.many(2, false)])).toEqual({ whole: 4, told: 0, lost: 0 });
  }

  fleet.command('drain');
  const listed = (): number => region.group('spot').instances.length + region.group('onDemand').instances.length;
  await fleet.passUntil(() => region.live().length + listed() === 0 && fleet.status?.state === 'asleep');
  expect([region.groups.spot.desired, region.groups.onDemand.desired]).toEqual([0, 0]);
  fleet.leap(HOUR + 5 * MINUTE);
  await fleet.passUntil(() => fleet.rows.every((id) => id === STATUS_ID || id === WAKE_ID));
}
