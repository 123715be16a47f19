/** Drills: an engine that hangs, and one that never hears that it is to stop. */
import { counted } from './caller';
import { endsWell } from './ends-well';
import { type DrillFleet, startFleet } from './fleet';
import { closesInTime, nearItsEnd, stateOf } from './losses';

let fleet: DrillFleet;
afterEach(() => fleet.stop());

test('one that hangs is started again in place, its requests are answered elsewhere, and no host is launched for it', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  const { host } = one!;
  host.onRestart = async () => {
    const begin = async (): Promise<void> => {
      await host.engine.stop();
      host.process = 'starting';
      await host.until(() => host.rows.at(-1)?.detail === 'engine');
      await host.engine.revive();
      host.process = 'up';
    };
    void begin();
  };
  host.engine.hang();
  const asked = [...fleet.many(10, false), ...fleet.many(10, true)];
  await fleet.until(() => (host.rows.at(-1)?.running ?? 0) > 2);
  await fleet.passUntil(() => host.done.includes('restart'));
  expect(await counted(asked)).toEqual({ whole: 20, told: 0, lost: 0 });
  await fleet.until(() => stateOf(one!) === 'ready');
  expect((await fleet.ready(2)).map(({ instance }) => instance.id)).toEqual([one!.instance.id, other!.instance.id]);
  expect(fleet.region.launches).toHaveLength(2);
  await endsWell(fleet, 2);
});

test('one that never hears SIGTERM: its host is drained before EC2 takes it, and its hook completed', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  one!.host.engine.loseSigterm = true;
  one!.host.engine.tokenDelayMs = 200;
  const streams = fleet.many(10, true);
  await fleet.speaking(10, one!, other!);
  const onOne = one!.host.engine.running;
  fleet.region.interrupt(one!.instance);
  await nearItsEnd(fleet, one!);
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  await fleet.until(() => one!.instance.lifecycle === 'Terminated');
  // Not taken: let go, by its group.
  expect(one!.instance.endMs!).toBeLessThan(one!.instance.takenMs!);
  expect(await counted(streams)).toEqual({ whole: 10 - onOne, told: onOne, lost: 0 });
  await endsWell(fleet, 2);
});
