/**
 * Drills: what goes wrong around the controller, played at every moment at which it can. Each ends with as many replicas as are
 * wanted, and then with nothing left. With callers, a router and real hosts: `test/e2e/hosts/drills`.
 */
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

test('a fleet that sleeps has no metrics but of the moment in which it went to sleep', async () => {
  const world = await running(1);
  Object.assign(world.fleet, { minReplicas: 0 });
  await world.play(2 * HOUR);
  expect(world.metrics.at(-1)).toMatchObject({ WantedReplicas: 0, MissingReplicas: 0 });
  const metrics = world.metrics.length;
  await world.play(HOUR);
  expect([world.status.state, world.metrics.length]).toEqual(['asleep', metrics]);
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

test('boots that fail are counted once each', async () => {
  const world = new World({ minReplicas: 1 });
  world.region.boot = () => ({ ms: 3 * MINUTE, fails: 'image' });
  await world.play(40 * MINUTE);
  expect([world.status.state, world.counted('FailedBoots')]).toEqual(['broken', 3]);
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
