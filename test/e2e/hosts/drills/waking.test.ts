/** Drills: a fleet wakes for those who wait, and where it cannot it says so and costs nothing. */
import { MINUTE, SECOND } from '../../../support/fake-auto-scaling';
import { counted } from './caller';
import { endsWell } from './ends-well';
import { type DrillFleet, startFleet } from './fleet';

let fleet: DrillFleet;
afterEach(() => fleet.stop());

test('a fleet asleep is woken by requests that wait, answers them, and goes back to sleep when nobody asks', async () => {
  fleet = await startFleet();
  await fleet.until(() => fleet.status?.state === 'asleep');
  const asked = [...fleet.many(3, true), ...fleet.many(3, false)];
  expect(await counted(asked)).toEqual({ whole: 6, told: 0, lost: 0 });
  expect(fleet.region.launches).toHaveLength(1);
  await fleet.passUntil(() => fleet.status?.state === 'asleep');
  await endsWell(fleet, 0);
  expect(fleet.region.launches).toHaveLength(1);
});

test.each(['image', 'weights', 'memory'])(
  'boots that fail three times (%s) break the fleet: who waits is told so, no instance is left, and `retry` mends it',
  async (fails) => {
    fleet = await startFleet();
    const { boot } = fleet.region;
    fleet.region.boot = () => ({ ms: 5 * SECOND, fails });
    const asked = [...fleet.many(3, true), ...fleet.many(3, false)];
    for (const one of asked) {
      const { status, error } = await one;
      expect([status, error?.code]).toEqual([503, 'no_target_available']);
      expect(error?.message).toContain('llama: broken');
    }
    expect(fleet.status).toMatchObject({ state: 'broken', reason: 'boots_failed', readyReplicas: 0 });
    expect(fleet.memory.failedBoots.map((one) => one.phase)).toEqual([fails, fails, fails]);
    await fleet.passUntil(() => fleet.region.live().length === 0);
    // Whoever asks now wakes nobody, and need not wait to be told.
    expect((await Promise.all(fleet.many(1, false))).map(({ status }) => status)).toEqual([503]);
    await fleet.pass(10 * MINUTE);
    expect(fleet.region.launches).toHaveLength(3);

    fleet.region.boot = boot;
    fleet.command('retry');
    await fleet.until(() => fleet.memory.failedBoots.length === 0);
    expect(await counted([...fleet.many(3, true), ...fleet.many(3, false)])).toEqual({ whole: 6, told: 0, lost: 0 });
    await endsWell(fleet, 1);
  },
);
