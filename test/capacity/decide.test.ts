/** What the controller does, case by case, against the model of Auto Scaling. */
import { SECOND, STEP_MS } from '../support/fake-auto-scaling';
import { HOUR, MINUTE, NOTHING_LEFT, Simulation } from './simulation';

test('a fleet that nobody asks sleeps, and its groups never rebalance', () => {
  const fleet = new Simulation();
  fleet.play(HOUR);
  expect(fleet.last?.status).toMatchObject({ state: 'asleep', wanted: 0, readyReplicas: 0, etaMs: null });
  expect(fleet.region.launches).toEqual([]);
  expect(fleet.done.map(({ action }) => action)).toEqual([
    { kind: 'suspend', market: 'spot', process: 'AZRebalance' },
    { kind: 'suspend', market: 'onDemand', process: 'AZRebalance' },
  ]);
});

test('a request that waits wakes it at once; it is ready after a boot and sleeps when idle', () => {
  const fleet = new Simulation();
  fleet.play(MINUTE);
  fleet.hold();
  fleet.run();
  expect(fleet.last?.status).toMatchObject({ state: 'waking', wanted: 1 });
  fleet.play(6 * MINUTE);
  expect(fleet.last?.status).toMatchObject({ state: 'ready', readyReplicas: 1 });
  expect(fleet.region.live().map(({ pool, lifecycle }) => [pool.market, lifecycle])).toEqual([['spot', 'InService']]);
  fleet.play(HOUR);
  expect(fleet.last?.status.state).toBe('asleep');
  expect(fleet.region.launches).toHaveLength(1);
  fleet.play(2 * HOUR);
  expect(fleet.left()).toEqual(NOTHING_LEFT);
});

test('with wake: never a held request wakes nothing', () => {
  const fleet = new Simulation({ wake: 'never' });
  fleet.hold();
  fleet.play(10 * MINUTE);
  expect(fleet.region.launches).toEqual([]);
});

test('covered requests wake it when they have cost what waking costs, counted from when it slept', () => {
  const fleet = new Simulation();
  fleet.play(MINUTE);
  // One dollar an hour, 8 minutes of boot and 20 of idling: $0.4667.
  fleet.coveredNanoUsd = 466e6;
  fleet.play(MINUTE);
  expect(fleet.last?.status.wanted).toBe(0);
  fleet.coveredNanoUsd = 467e6;
  fleet.play(MINUTE);
  expect(fleet.last?.status.wanted).toBe(1);
  fleet.play(HOUR);
  expect(fleet.last?.status.state).toBe('asleep');
  // Of the old sum nothing is left.
  fleet.coveredNanoUsd += 300e6;
  fleet.play(10 * MINUTE);
  expect(fleet.last?.status.wanted).toBe(0);
});

test('a boot takes longer than the idle time, and still ends in a replica that serves', () => {
  const fleet = new Simulation({ idleMs: MINUTE });
  fleet.region.boot = () => ({ ms: 12 * MINUTE, fails: null });
  fleet.hold();
  fleet.play(15 * MINUTE);
  expect(fleet.ready).toBe(1);
});

test('load starts further replicas, up to the maximum, and they stay for the idle time', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.play(6 * MINUTE);
  fleet.play(20 * MINUTE, () => fleet.busy(16));
  expect(fleet.last?.status).toMatchObject({ wanted: 4, readyReplicas: 4 });
  expect(fleet.region.peak).toBe(4);
  fleet.busy(0);
  fleet.play(18 * MINUTE);
  expect(fleet.ready).toBe(4);
  fleet.play(10 * MINUTE);
  expect(fleet.ready).toBe(1);
});

test('a full KV cache calls for another replica though few requests run', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.play(6 * MINUTE);
  for (const host of fleet.region.live()) Object.assign(host, { running: 2, kvUse: 0.95 });
  fleet.play(MINUTE);
  expect(fleet.last?.status.wanted).toBe(2);
});

test('the schedule takes the place of the minimum while it holds', () => {
  const weekday = { days: 'mon-fri', from: '10:00', to: '12:00', tz: 'Europe/Berlin', min: 2 };
  const fleet = new Simulation({ schedules: [weekday] });
  // It is 10:00 on a Monday in Berlin.
  fleet.play(10 * MINUTE);
  expect(fleet.ready).toBe(2);
  fleet.play(2 * HOUR);
  expect(fleet.last?.status.state).toBe('asleep');
});

test('where spot cannot be had on-demand stands in, and goes when spot is back', () => {
  const fleet = new Simulation({ minReplicas: 2 });
  let dry = true;
  fleet.region.capacity = ({ market }) => (market === 'spot' && dry ? 0 : 100);
  fleet.play(10 * MINUTE);
  expect(fleet.region.ready('onDemand')).toHaveLength(2);
  expect(fleet.last?.status.state).toBe('ready');
  dry = false;
  let least = 2;
  fleet.play(10 * MINUTE, () => (least = Math.min(least, fleet.ready)));
  expect([fleet.region.ready('spot').length, fleet.region.live('onDemand').length, least]).toEqual([2, 0, 2]);
});

test('on-demand stands in also where spot and maximum leave no room for both', () => {
  const fleet = new Simulation({ minReplicas: 1, maxReplicas: 1 });
  fleet.region.capacity = ({ market }) => (market === 'spot' ? 0 : 100);
  fleet.play(10 * MINUTE);
  expect([fleet.region.ready('onDemand').length, fleet.region.peak]).toEqual([1, 1]);
});

test('without fallback it waits for spot', () => {
  const fleet = new Simulation({ minReplicas: 1, onDemandFallback: false });
  fleet.region.capacity = ({ market }) => (market === 'spot' ? 0 : 100);
  fleet.play(30 * MINUTE);
  expect(fleet.region.launches).toEqual([]);
  expect(fleet.last?.status).toMatchObject({ state: 'waking', reason: 'no_capacity' });
});

test('the base is on demand, the rest spot', () => {
  const fleet = new Simulation({ minReplicas: 3, onDemandBase: 1 });
  fleet.play(10 * MINUTE);
  expect([fleet.region.ready('onDemand').length, fleet.region.ready('spot').length]).toEqual([1, 2]);
});

test('spares are launched where they are asked for, or after an interruption', () => {
  const asked = new Simulation({ minReplicas: 1, extraSpot: 2 });
  asked.play(10 * MINUTE);
  expect(asked.ready).toBe(3);
  const auto = new Simulation({ minReplicas: 1, extraSpot: null });
  auto.play(10 * MINUTE);
  expect(auto.ready).toBe(1);
  auto.region.interrupt(auto.region.live()[0]!);
  auto.play(10 * MINUTE);
  expect(auto.ready).toBe(2);
  auto.play(5 * HOUR);
  expect(auto.ready).toBe(2);
  auto.play(HOUR);
  expect(auto.ready).toBe(1);
});

test('an interrupted replica is replaced from the notice on', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.play(10 * MINUTE);
  fleet.region.interrupt(fleet.region.live()[0]!);
  fleet.run();
  fleet.play(MINUTE);
  // By a spot instance, and an on-demand one beside it: whichever is ready first.
  expect([fleet.region.live('spot').length, fleet.region.live('onDemand').length]).toEqual([2, 1]);
  fleet.play(5 * MINUTE);
  expect([fleet.region.ready('spot').length, fleet.region.live('onDemand').length]).toEqual([1, 0]);
});

test('where the pool has just lost one, on-demand stays until the next one there has held out', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  // One pool of spot, so that the next one is in it too.
  fleet.region.capacity = ({ market, type, zone }) =>
    market === 'onDemand' ? 9 : Number(type === 'g6e.xlarge' && zone === 'a') * 2;
  fleet.play(10 * MINUTE);
  fleet.region.interrupt(fleet.region.live('spot')[0]!);
  fleet.play(8 * MINUTE);
  expect([fleet.region.ready('spot').length, fleet.region.ready('onDemand').length]).toEqual([1, 1]);
  fleet.play(8 * MINUTE);
  expect([fleet.region.ready('spot').length, fleet.region.live('onDemand').length]).toEqual([1, 0]);
});

test('a replica at risk serves until its successor does', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.play(10 * MINUTE);
  fleet.region.live()[0]!.atRisk = true;
  let least = 1;
  fleet.play(10 * MINUTE, () => (least = Math.min(least, fleet.ready)));
  expect([fleet.region.launches.length, fleet.region.live().length, least]).toEqual([2, 1, 1]);
});

test('outdated replicas are replaced one by one, and as many as are wanted serve meanwhile', () => {
  const fleet = new Simulation({ minReplicas: 3 });
  fleet.play(10 * MINUTE);
  fleet.region.templateVersion = '2';
  let least = 3;
  fleet.play(40 * MINUTE, () => (least = Math.min(least, fleet.ready)));
  expect(fleet.region.live().map(({ templateVersion }) => templateVersion)).toEqual(['2', '2', '2']);
  expect([least, fleet.region.launches.length, fleet.region.peak]).toEqual([3, 6, 4]);
});

test('a silent host is given up after three minutes; of several one at a look', () => {
  const fleet = new Simulation({ minReplicas: 3, maxReplicas: 6 });
  fleet.play(10 * MINUTE);
  const [first, second] = fleet.region.live();
  fleet.region.silence(first!);
  fleet.play(2 * MINUTE);
  expect(fleet.region.live()).toHaveLength(3);
  fleet.region.silence(second!);
  fleet.play(12 * MINUTE);
  expect(fleet.ready).toBe(3);
  const ended = fleet.done.filter(({ action }) => action.kind === 'terminate');
  expect(ended.map(({ action }) => action)).toMatchObject([{ why: 'silent' }, { why: 'silent' }]);
  expect(ended[1]!.atMs).toBeGreaterThan(ended[0]!.atMs);
});

test('two that fall silent together go one after the other', () => {
  const fleet = new Simulation({ minReplicas: 3, maxReplicas: 6 });
  fleet.play(10 * MINUTE);
  for (const host of fleet.region.live().slice(0, 2)) fleet.region.silence(host);
  fleet.play(12 * MINUTE);
  const [first, second] = fleet.done.filter(({ action }) => action.kind === 'terminate');
  expect(second!.atMs).toBeGreaterThan(first!.atMs);
  expect(fleet.ready).toBe(3);
});

test.each([
  ['hosts could not write', 0],
  ['nor the controller read', 5],
])('after minutes in which %s, who writes again last is not taken for dead', (_what, away) => {
  const fleet = new Simulation({ minReplicas: 3, maxReplicas: 6 });
  fleet.play(10 * MINUTE);
  const hosts = fleet.region.live();
  for (const host of hosts) fleet.region.silence(host);
  fleet.region.advance(away * MINUTE);
  fleet.play((5 - away) * MINUTE);
  for (const host of hosts) {
    host.silentMs = null;
    fleet.region.advance(10 * SECOND);
    fleet.run();
  }
  fleet.play(5 * MINUTE);
  expect(fleet.done.filter(({ action }) => action.kind === 'terminate')).toEqual([]);
});

test('and who never does is ended a minute later', () => {
  const fleet = new Simulation({ minReplicas: 3, maxReplicas: 6 });
  fleet.play(10 * MINUTE);
  const hosts = fleet.region.live();
  for (const host of hosts) fleet.region.silence(host);
  fleet.play(5 * MINUTE);
  for (const host of hosts.slice(1)) host.silentMs = null;
  fleet.play(2 * MINUTE);
  expect(fleet.done.flatMap(({ action }) => (action.kind === 'terminate' ? [action.why] : []))).toEqual(['silent']);
  fleet.play(8 * MINUTE);
  expect(fleet.ready).toBe(3);
});

test('a failed boot counts once, however long its end takes', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: 'weights' });
  fleet.play(2 * MINUTE);
  for (let minute = 0; minute < 6; minute++) {
    fleet.region.advance(MINUTE);
    // Nothing that it asks for gets done.
    fleet.run(0);
  }
  expect(fleet.last?.memory.failedBoots).toHaveLength(1);
});

test('an engine that failed for good is replaced, and is no failed boot', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.play(10 * MINUTE);
  fleet.region.fail(fleet.region.live()[0]!, 'hung');
  fleet.play(10 * MINUTE);
  expect(fleet.ready).toBe(1);
  expect(fleet.last?.memory.failedBoots).toEqual([]);
});

test('three failed boots break the fleet, until somebody says so', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: 'weights' });
  fleet.play(HOUR);
  expect(fleet.last?.status).toMatchObject({ state: 'broken', reason: 'boots_failed', readyReplicas: 0 });
  expect(fleet.last?.memory.failedBoots.map(({ phase }) => phase)).toEqual(['weights', 'weights', 'weights']);
  expect(fleet.region.live()).toEqual([]);
  const launches = fleet.region.launches.length;
  fleet.play(3 * HOUR);
  expect(fleet.region.launches).toHaveLength(launches);
  fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: null });
  fleet.command('retry');
  fleet.play(10 * MINUTE);
  expect(fleet.last?.status.state).toBe('ready');
});

test('a new launch template mends a broken fleet', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: 'image' });
  fleet.play(HOUR);
  fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: null });
  fleet.region.templateVersion = '2';
  fleet.play(90 * MINUTE);
  expect(fleet.last?.status.state).toBe('ready');
});

test('a pool whose boots failed twice is left out', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  const bad = (type: string, zone: string): boolean => type === 'g6e.xlarge' && zone === 'a';
  fleet.region.boot = ({ type, zone }) => ({ ms: 2 * MINUTE, fails: bad(type, zone) ? 'load' : null });
  // The deepest pool is the bad one, until two hosts have failed there.
  fleet.region.capacity = ({ type, zone }) => (bad(type, zone) ? (fleet.region.launches.length < 3 ? 9 : 1) : 5);
  fleet.play(30 * MINUTE);
  const ends = fleet.done.flatMap(({ action }) => (action.kind === 'terminate' ? [action.why] : []));
  // Each market's group tries it once more: it knows nothing of what failed there.
  expect(ends).toEqual(['boot_failed', 'boot_failed', 'left_out_pool', 'left_out_pool']);
  expect(fleet.last?.status.state).toBe('ready');
});

test('a boot that takes too long has failed', () => {
  const fleet = new Simulation({ minReplicas: 1, bootTimeoutMs: 10 * MINUTE });
  fleet.region.boot = (_pool, index) => ({ ms: index === 0 ? 10 * HOUR : 2 * MINUTE, fails: null });
  fleet.play(20 * MINUTE);
  expect([fleet.ready, fleet.region.live().length, fleet.last?.memory.failedBoots.length]).toEqual([1, 1, 1]);
});

test.each([
  [false, 'broken', 'weights_missing'],
  [null, 'waking', 'weights_unknown'],
] as const)('nothing is launched while the weights are %s', (weights, state, reason) => {
  const fleet = new Simulation({ minReplicas: 1 });
  fleet.weightsComplete = weights;
  fleet.play(10 * MINUTE);
  expect(fleet.region.launches).toEqual([]);
  expect(fleet.last?.status).toMatchObject({ state, reason });
  fleet.weightsComplete = true;
  fleet.play(10 * MINUTE);
  expect(fleet.ready).toBe(1);
});

test('drain lets all finish and wakes for nobody, until retry', () => {
  const fleet = new Simulation({ minReplicas: 2 });
  fleet.play(10 * MINUTE);
  fleet.command('drain');
  fleet.play(10 * MINUTE, () => fleet.hold());
  expect(fleet.last?.status).toMatchObject({ state: 'asleep', reason: 'drained_by_operator' });
  expect([fleet.region.live(), fleet.commands]).toEqual([[], []]);
  fleet.command('retry');
  fleet.play(10 * MINUTE);
  expect(fleet.ready).toBe(2);
});

describe('draining one replica', () => {
  const twoReady = (): Simulation => {
    const fleet = new Simulation({ minReplicas: 2 });
    fleet.play(10 * MINUTE);
    return fleet;
  };
  const ended = (fleet: Simulation): unknown[] =>
    fleet.done.flatMap(({ action }) => (action.kind === 'terminate' ? [[action.instanceId, action.why]] : []));

  test('ends that one through its hook, and what load needs is launched in its place', () => {
    const fleet = twoReady();
    const [first, second] = fleet.region.live();
    first!.drainMs = MINUTE;
    fleet.drainOne(first!.id);
    fleet.run();
    expect(fleet.commands).toEqual([]);
    expect(ended(fleet)).toEqual([[first!.id, 'drained_by_operator']]);
    fleet.region.advance(MINUTE / 2);
    expect(first!.lifecycle).toBe('Terminating:Wait');
    fleet.play(10 * MINUTE);
    expect(fleet.ready).toBe(2);
    expect(fleet.region.live().map(({ id }) => id)).toContain(second!.id);
    expect([ended(fleet).length, fleet.region.launches.length]).toEqual([1, 3]);
    expect(fleet.last?.status).toMatchObject({ state: 'ready', reason: '' });
    expect(fleet.last?.memory).toMatchObject({ drained: false, letGo: [] });
  });

  test('launches none where load needs none', () => {
    const untilEleven = { days: 'mon-fri', from: '10:00', to: '11:00', tz: 'Europe/Berlin', min: 2 };
    const fleet = new Simulation({ minReplicas: 1, schedules: [untilEleven] });
    fleet.play(59 * MINUTE);
    expect(fleet.ready).toBe(2);
    // Of two that are idle the older one would go.
    const [stays, goes] = fleet.region.live().toSorted((one, other) => one.launchMs - other.launchMs);
    fleet.drainOne(goes!.id);
    fleet.play(10 * MINUTE);
    expect(ended(fleet)).toEqual([[goes!.id, 'drained_by_operator']]);
    expect(fleet.region.live().map(({ id }) => id)).toEqual([stays!.id]);
    expect(fleet.region.launches).toHaveLength(2);
  });

  test('is done once, though its row stays and is followed again', () => {
    const fleet = twoReady();
    fleet.drainOne(fleet.region.live()[0]!.id);
    const [command] = fleet.commands;
    fleet.play(20 * MINUTE, () => (fleet.commands = [command!]));
    expect([ended(fleet).length, fleet.ready, fleet.region.launches.length]).toEqual([1, 2, 3]);
  });

  test('is done by a later run where the one that followed it died before it acted', () => {
    const fleet = twoReady();
    const [first] = fleet.region.live();
    fleet.drainOne(first!.id);
    fleet.run(0);
    fleet.commands = [];
    fleet.play(10 * MINUTE);
    expect(ended(fleet)[0]).toEqual([first!.id, 'drained_by_operator']);
    expect(fleet.ready).toBe(2);
  });

  test('of a host that is not there changes nothing', () => {
    const fleet = twoReady();
    fleet.drainOne('i-none');
    fleet.play(10 * MINUTE);
    expect([ended(fleet), fleet.commands, fleet.last?.memory.letGo]).toEqual([[], [], []]);
  });

  test('counts no boot as failed where the host still boots', () => {
    const fleet = new Simulation({ minReplicas: 1 });
    fleet.play(2 * MINUTE);
    fleet.drainOne(fleet.region.live()[0]!.id);
    fleet.play(10 * MINUTE);
    expect([fleet.ready, fleet.last?.memory.failedBoots]).toEqual([1, []]);
  });
});

test('the kill switch clamps to one replica, then to none', () => {
  const fleet = new Simulation();
  fleet.hold();
  fleet.play(6 * MINUTE);
  fleet.play(10 * MINUTE, () => fleet.busy(16));
  expect(fleet.ready).toBeGreaterThan(1);
  fleet.command('stage', 'clamp');
  fleet.play(5 * MINUTE, () => fleet.busy(16));
  expect([fleet.ready, fleet.last?.status.reason]).toEqual([1, 'budget_clamp']);
  fleet.command('stage', 'zero');
  fleet.play(5 * MINUTE, () => fleet.busy(16));
  expect([fleet.region.live().length, fleet.last?.status.reason]).toEqual([0, 'budget_zero']);
});

test('at six launches of a replica within the hour the groups launch no more', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  let braked = 0;
  // Each is taken away without notice a minute after it is ready.
  fleet.play(2 * HOUR, () => {
    if (fleet.region.groups.spot.suspended.has('Launch')) braked += 1;
    for (const host of fleet.region.live())
      if (fleet.nowMs - host.launchMs > 5 * MINUTE) fleet.region.interrupt(host, false);
  });
  const within = (atMs: number): number =>
    fleet.region.launches.filter((one) => one.atMs > atMs - HOUR && one.atMs <= atMs).length;
  expect(Math.max(...fleet.region.launches.map(({ atMs }) => within(atMs)))).toBeLessThanOrEqual(6);
  expect(fleet.region.launches.length).toBeGreaterThan(6);
  // The groups would replace what dies by themselves.
  expect(braked).toBeGreaterThan(5);
  fleet.play(HOUR);
  expect([fleet.ready, fleet.region.groups.spot.suspended.has('Launch')]).toEqual([1, false]);
});

test('who has no launch left in the hour keeps the on-demand replica, however often spot is lost', () => {
  const fleet = new Simulation({ minReplicas: 1 });
  const lost = new Set<string>();
  fleet.region.capacity = ({ market, zone, type }) => (market === 'spot' && lost.has(zone + type) ? 0 : 20);
  fleet.play(70 * MINUTE);
  let missingMs = 0;
  fleet.playHeard(HOUR, () => {
    if (fleet.region.serving().length === 0) missingMs += STEP_MS;
    // Each is lost in another pool, when its stand-in has gone.
    for (const host of fleet.region.ready('spot')) {
      if (fleet.nowMs - host.launchMs < 6 * MINUTE || host.takenMs !== null) continue;
      lost.add(host.pool.zone + host.pool.type);
      fleet.region.interrupt(host);
    }
  });
  expect(lost.size).toBe(4);
  // Of the boot of four minutes that follows each loss the notice covers the first.
  expect(missingMs).toBeLessThanOrEqual(lost.size * 2.5 * MINUTE);
});

test('the time of the next replica is told, first as a guess and then as measured', () => {
  const fleet = new Simulation({ idleMs: 5 * MINUTE });
  fleet.hold();
  fleet.play(MINUTE);
  expect(fleet.last?.status.etaMs).toBeGreaterThan(fleet.nowMs + 7 * MINUTE);
  fleet.play(30 * MINUTE);
  fleet.hold();
  fleet.run();
  fleet.play(MINUTE);
  const [, second] = fleet.region.launches;
  expect(Math.abs(fleet.last!.status.etaMs! - (second!.atMs + 4 * MINUTE))).toBeLessThanOrEqual(MINUTE);
});
