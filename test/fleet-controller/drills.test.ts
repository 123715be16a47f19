/** Drills: what goes wrong around the controller. Each ends with as many replicas as are wanted, and then with nothing left. */
import { AwsError } from '../../lambda/aws/errors';
import { HOUR, MINUTE, SECOND } from '../support/fake-auto-scaling';
import { NOTHING_LEFT, World } from './world';

async function running(replicas: number, maxReplicas = replicas + 2): Promise<World> {
  const world = new World({ minReplicas: replicas, maxReplicas });
  await world.play(8 * MINUTE);
  expect(world.ready).toBe(replicas);
  return world;
}

/** All is well again, the maximum was kept, and whatever the groups did was asked of them. */
async function endsWell(world: World, replicas: number): Promise<void> {
  expect([world.ready, world.region.live().length]).toEqual([replicas, replicas]);
  expect(world.status).toMatchObject({ state: 'ready', readyReplicas: replicas });
  expect(world.region.peak).toBeLessThanOrEqual(world.fleet.maxReplicas);
  expect(world.region.scaledIn).toEqual([]);
  expect(await world.end()).toEqual(NOTHING_LEFT);
}

const throttled = (): never => {
  throw new AwsError('ThrottlingException', 'slow down', 400);
};

test('the controller is away for ten minutes, in which one replica is lost and one announced', async () => {
  const world = await running(2);
  world.region.interrupt(world.region.live()[0]!, false);
  world.alone(5 * MINUTE);
  world.region.interrupt(world.region.ready()[0]!);
  world.alone(5 * MINUTE);
  await world.play(15 * MINUTE);
  await endsWell(world, 2);
});

test('the controller is away while a fleet is to be woken, and wakes it when it is back', async () => {
  const world = new World();
  world.hold();
  world.alone(10 * MINUTE);
  expect(world.region.launches).toEqual([]);
  await world.play(8 * MINUTE);
  await endsWell(world, 1);
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'a run dies after %i of its calls, when two of three are replaced',
  async (calls) => {
    const world = await running(3, 6);
    const [one, other] = world.region.live();
    world.region.interrupt(one!);
    world.region.fail(other!, 'hung');
    world.region.advance(10 * SECOND);
    let left = calls;
    world.beforeCall = () => {
      if (left-- <= 0) throw new Error('the function is gone');
    };
    await world.run().catch(() => undefined);
    world.beforeCall = () => undefined;
    await world.play(15 * MINUTE);
    expect([world.counted('Interruptions'), world.counted('EngineFailures')]).toEqual([1, 1]);
    await endsWell(world, 3);
  },
);

test.each([0, 1, 2])(
  'a run dies after %i of its calls, when it scales in: no group chooses who goes',
  async (calls) => {
    const world = await running(3, 6);
    const busy = world.region.live()[2]!;
    busy.running = 5;
    world.command('stage', 'clamp');
    Object.assign(world.fleet, { minReplicas: 1 });
    let left = calls;
    world.beforeCall = () => {
      if (left-- <= 0) throw new Error('the function is gone');
    };
    await world.run().catch(() => undefined);
    world.beforeCall = () => undefined;
    world.region.advance(20 * SECOND);
    await world.run();
    await world.play(10 * MINUTE);
    expect(world.region.live()).toEqual([busy]);
    expect(world.region.scaledIn).toEqual([]);
    world.command('stage');
    busy.running = 0;
    await world.play(2 * MINUTE);
    await endsWell(world, 1);
  },
);

test('two runs at once: one acts, the other loses the fence and stops', async () => {
  const world = await running(2);
  world.region.interrupt(world.region.live()[0]!);
  world.region.advance(10 * SECOND);
  const before = world.calls.length;
  const lines = world.lines.length;
  await Promise.all([world.run(), world.run(), world.run()]);
  const calls = world.calls.slice(before);
  expect([world.lines.length - lines, world.counted('Interruptions')]).toEqual([1, 1]);
  expect(calls.filter((call) => call.startsWith('terminate'))).toHaveLength(1);
  expect(new Set(calls).size).toBe(calls.length);
  await world.play(10 * MINUTE);
  await endsWell(world, 2);
});

test('a run that sees what another has not done yet does not do it twice', async () => {
  const world = await running(2);
  world.region.fail(world.region.live()[0]!, 'hung');
  world.region.advance(10 * SECOND);
  // The first has written its status, and its first call hangs.
  const hanging = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  world.beforeCall = () => {
    asked.resolve();
    return hanging.promise;
  };
  const first = world.run();
  await asked.promise;
  world.beforeCall = () => undefined;
  await world.run();
  hanging.resolve();
  await first;
  expect(world.calls.filter((call) => call.startsWith('terminate'))).toHaveLength(1);
  await world.play(10 * MINUTE);
  await endsWell(world, 2);
});

test('a run that was held up does not act on what it saw long ago', async () => {
  const world = await running(1);
  world.region.fail(world.region.live()[0]!, 'hung');
  world.region.advance(10 * SECOND);
  let asked = 0;
  const calls = world.calls.length;
  const late = world.run({ nowMs: () => world.region.nowMs + (asked++ === 0 ? 0 : 40 * SECOND) });
  await expect(late).rejects.toThrow('small: too late');
  expect(world.calls).toHaveLength(calls);
  await world.play(10 * MINUTE);
  await endsWell(world, 1);
});

test('the table takes nothing for five minutes, of hosts or controller: nobody is ended for it', async () => {
  const world = await running(2);
  world.heartbeatsLost = true;
  world.beforeTable = throttled;
  await world.play(5 * MINUTE);
  world.heartbeatsLost = false;
  world.beforeTable = () => undefined;
  await world.play(5 * MINUTE);
  expect(world.calls.filter((call) => call.startsWith('terminate'))).toEqual([]);
  await endsWell(world, 2);
});

test('where no host at all is heard of, it is rather the table: none is ended for five minutes', async () => {
  const world = await running(2);
  world.heartbeatsLost = true;
  await world.play(5 * MINUTE);
  world.heartbeatsLost = false;
  await world.play(2 * MINUTE);
  expect(world.calls.filter((call) => call.startsWith('terminate'))).toEqual([]);
  await endsWell(world, 2);
});

test('a run whose table fails says so, and so does one whose status is refused', async () => {
  const world = await running(1);
  world.beforeTable = throttled;
  await expect(world.run()).rejects.toThrow('the controller failed: small: rows: slow down');
  world.beforeTable = (operation) => void (operation === 'PutItem' && throttled());
  world.region.interrupt(world.region.live()[0]!);
  world.region.advance(5 * SECOND);
  const calls = world.calls.length;
  await expect(world.run()).rejects.toThrow('small: status: slow down');
  expect(world.calls).toHaveLength(calls);
  expect(world.counted('Interruptions')).toBe(0);
  world.beforeTable = () => undefined;
  await world.play(10 * MINUTE);
  expect(world.counted('Interruptions')).toBe(1);
  await endsWell(world, 1);
});

test.each([
  ['announced', true],
  ['not announced', false],
])('an interruption that is %s, while idle', async (_how, notice) => {
  const world = await running(1);
  world.region.interrupt(world.region.live()[0]!, notice);
  await world.play(10 * MINUTE);
  await endsWell(world, 1);
});

test('an interruption that is announced twice, with every event doubled', async () => {
  const world = await running(1);
  const [host] = world.region.live();
  for (let time = 0; time < 2; time++) {
    world.region.interrupt(host!);
    await Promise.all([world.run(), world.run()]);
    await world.run();
  }
  await world.play(10 * MINUTE);
  expect(world.region.launches).toHaveLength(2);
  await endsWell(world, 1);
});

test('an interruption while booting is no failed boot', async () => {
  const world = new World({ minReplicas: 1 });
  await world.play(3 * MINUTE);
  world.region.interrupt(world.region.live()[0]!);
  await world.play(10 * MINUTE);
  expect(world.region.launches).toHaveLength(2);
  await endsWell(world, 1);
});

test('an interruption of a replica that drains to scale in', async () => {
  const world = await running(1, 4);
  for (const host of world.region.live()) host.running = 30;
  await world.play(6 * MINUTE);
  expect(world.ready).toBeGreaterThan(1);
  for (const host of world.region.live()) Object.assign(host, { running: 0, drainMs: 90 * SECOND });
  const draining = (): boolean => world.calls.some((call) => call.startsWith('terminate'));
  for (let minute = 0; minute < 30 && !draining(); minute++) await world.play(MINUTE);
  for (const host of world.region.live()) {
    if (host.lifecycle === 'Terminating:Wait') world.region.interrupt(host, false);
  }
  await world.play(30 * MINUTE);
  await endsWell(world, 1);
});

test('two replicas are lost at once', async () => {
  const world = await running(2, 4);
  for (const host of world.region.live()) world.region.interrupt(host);
  await world.play(10 * MINUTE);
  await endsWell(world, 2);
});

test('a whole zone is lost at once, and its capacity too', async () => {
  const world = await running(3, 6);
  const zone = world.region.live()[0]!.pool.zone;
  world.region.capacity = (pool) => (pool.zone === zone ? 0 : 10);
  for (const host of world.region.live()) if (host.pool.zone === zone) world.region.interrupt(host);
  await world.play(15 * MINUTE);
  expect(world.region.live().map(({ pool }) => pool.zone)).not.toContain(zone);
  await endsWell(world, 3);
});

test('a fleet that sleeps has no metrics but of the moment in which it went to sleep', async () => {
  const world = await running(1);
  Object.assign(world.fleet, { minReplicas: 0 });
  await world.play(2 * HOUR);
  expect(world.metrics.at(-1)).toMatchObject({ WantedReplicas: 0, MissingReplicas: 0 });
  const metrics = world.metrics.length;
  await world.play(HOUR);
  expect([world.status.state, world.metrics.length]).toEqual(['asleep', metrics]);
});

test('events of the whole day come again: fifty looks in a row change nothing', async () => {
  const world = await running(2);
  const before = world.calls.length;
  for (let time = 0; time < 50; time++) await world.run();
  expect(world.calls).toHaveLength(before);
  await endsWell(world, 2);
});

test.each([-2, 2])('hosts whose clocks are off by %i minutes are neither dead nor immortal', async (minutes) => {
  const world = new World({ minReplicas: 2, maxReplicas: 4 });
  world.hostClockMs = minutes * MINUTE;
  await world.play(10 * MINUTE);
  expect(world.calls.filter((call) => call.startsWith('terminate'))).toEqual([]);
  world.region.silence(world.region.live()[0]!);
  await world.play(12 * MINUTE);
  await endsWell(world, 2);
});

test.each(['image', 'weights', 'out of memory'])(
  'boots that fail three times in %s end in a broken fleet without a host',
  async (phase) => {
    const world = new World({ minReplicas: 1 });
    world.region.boot = () => ({ ms: 3 * MINUTE, fails: phase });
    await world.play(40 * MINUTE);
    expect(world.status).toMatchObject({ state: 'broken', reason: 'boots_failed' });
    expect(world.counted('FailedBoots')).toBe(3);
    const launches = world.region.launches.length;
    expect(world.region.live()).toEqual([]);
    await world.play(60 * MINUTE);
    expect(world.region.launches).toHaveLength(launches);
    expect(await world.end()).toEqual(NOTHING_LEFT);
  },
);

test('a host that died with its hook open is let go in two looks, long before the hook times out', async () => {
  const world = await running(1);
  const [host] = world.region.live();
  host!.drainMs = 60 * MINUTE;
  world.region.fail(host!, 'hung');
  host!.transitions = host!.transitions.filter(({ state }) => state !== 'failed');
  world.command('drain');
  await world.play(MINUTE);
  expect(host!.lifecycle).toBe('Terminating:Wait');
  world.region.silence(host!);
  await world.play(3 * MINUTE);
  expect(host!.lifecycle).toBe('Terminated');
  expect(await world.end()).toEqual(NOTHING_LEFT);
});

test('a host whose agent never wrote ends when its boot has taken too long', async () => {
  const world = new World({ minReplicas: 1, bootTimeoutMs: 10 * MINUTE });
  world.region.boot = (_pool, index) => ({ ms: index === 0 ? 600 * MINUTE : 4 * MINUTE, fails: null });
  await world.play(2 * MINUTE);
  world.region.live()[0]!.transitions = [];
  await world.play(25 * MINUTE);
  await endsWell(world, 1);
});

test('the controller never comes back: hooks end by themselves, and no dead host is kept', async () => {
  const world = await running(1);
  world.command('drain');
  await world.run();
  world.region.silence(world.region.live()[0]!);
  world.alone(20 * MINUTE);
  expect(world.region.live()).toEqual([]);
});
