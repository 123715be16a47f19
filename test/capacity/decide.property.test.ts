/** What holds of the controller's decisions in whatever order things happen. */
import fc from 'fast-check';
import type { FleetSettings } from '../../lib/capacity/fleet-state';
import { LAUNCHES_PER_REPLICA } from '../../lib/capacity/launch-limit';
import { type FakeHost, RETRY_MS, SECOND, STEP_MS } from '../support/fake-auto-scaling';
import { HOUR, MINUTE, Simulation } from './simulation';

const BOOT_MS = 4 * MINUTE;

const settings = fc
  .record({
    minReplicas: fc.integer({ min: 0, max: 2 }),
    maxReplicas: fc.integer({ min: 1, max: 6 }),
    onDemandBase: fc.integer({ min: 0, max: 1 }),
    extraSpot: fc.constantFrom(null, 0, 1),
    spot: fc.boolean(),
    onDemandFallback: fc.boolean(),
    idleMs: fc.constantFrom(MINUTE, 10 * MINUTE, 20 * MINUTE),
  })
  .map((one): Partial<FleetSettings> => ({ ...one, minReplicas: Math.min(one.minReplicas, one.maxReplicas) }));

type Event = (fleet: Simulation) => void;
const pick = (fleet: Simulation, index: number, of = (_host: FakeHost) => true): FakeHost[] => {
  const hosts = fleet.region.live().filter(of);
  return hosts.length === 0 ? [] : [hosts[index % hosts.length] as FakeHost];
};
const isSpot = ({ pool }: FakeHost): boolean => pool.market === 'spot';
const each = (fleet: Simulation, index: number, what: (host: FakeHost) => void, of?: typeof isSpot): void =>
  pick(fleet, index, of).forEach(what);

const EVENTS: Readonly<Record<string, (index: number) => Event>> = {
  nothing: () => () => undefined,
  hold: () => (fleet) => fleet.hold(),
  load: (index) => (fleet) => fleet.busy(index % 40),
  covered: (index) => (fleet) => void (fleet.coveredNanoUsd += index * 1e7),
  interruption: (index) => (fleet) => each(fleet, index, (host) => fleet.region.interrupt(host), isSpot),
  lostNotice: (index) => (fleet) => each(fleet, index, (host) => fleet.region.interrupt(host, false)),
  silence: (index) => (fleet) => each(fleet, index, (host) => fleet.region.silence(host)),
  engineFails: (index) => (fleet) => each(fleet, index, (host) => fleet.region.fail(host, 'hung')),
  atRisk: (index) => (fleet) => each(fleet, index, (host) => void (host.atRisk = true), isSpot),
  template: () => (fleet) => void (fleet.region.templateVersion += '+'),
  zoneLost: (index) => (fleet) => {
    const zone = fleet.region.zones[index % 3];
    fleet.region
      .live()
      .filter((host) => isSpot(host) && host.pool.zone === zone)
      .forEach((host) => fleet.region.interrupt(host));
    fleet.region.capacity = (pool) => (pool.market === 'spot' && pool.zone === zone ? 0 : 20);
  },
  spotDry: () => (fleet) => void (fleet.region.capacity = ({ market }) => (market === 'spot' ? 0 : 20)),
  allDry: () => (fleet) => void (fleet.region.capacity = () => 0),
  capacity: () => (fleet) => void (fleet.region.capacity = () => 20),
  bootsFail: () => (fleet) => void (fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: 'image' })),
  bootsHang: () => (fleet) => void (fleet.region.boot = () => ({ ms: 10 * HOUR, fails: null })),
  bootsWork: () => (fleet) => void (fleet.region.boot = () => ({ ms: BOOT_MS, fails: null })),
  drain: () => (fleet) => fleet.command('drain'),
  drainOne: (index) => (fleet) => each(fleet, index, ({ id }) => fleet.drainOne(id)),
  retry: () => (fleet) => fleet.command('retry'),
  clamp: () => (fleet) => fleet.command('stage', 'clamp'),
  zero: () => (fleet) => fleet.command('stage', 'zero'),
  unclamp: () => (fleet) => fleet.command('stage', 'none'),
  weights: (index) => (fleet) => void (fleet.weightsComplete = [true, false, null][index % 3] as boolean),
};

/** What happens, after how many minutes, and how much of the run that follows gets done. */
const moment = fc.record({
  event: fc.constantFrom(...Object.keys(EVENTS)),
  index: fc.nat(100),
  afterMs: fc.constantFrom(0, 5_000, MINUTE, 3 * MINUTE, 15 * MINUTE),
  run: fc.constantFrom('whole', 'whole', 'whole', 'absent', 'twice', 0, 1, 2),
});
type Moment = { event: string; index: number; afterMs: number; run: string | number };

function live(fleet: Simulation, moments: readonly Moment[], look: () => void): void {
  for (const { event, index, afterMs, run } of moments) {
    fleet.region.advance(afterMs);
    EVENTS[event]?.(index)(fleet);
    if (run === 'twice') fleet.run();
    if (run !== 'absent') fleet.run(typeof run === 'number' ? run : Infinity);
    look();
  }
}

/** Everything is well again, and stays so; what was launched before and cannot boot has failed; then somebody says so. */
function calm(fleet: Simulation, look: () => void): void {
  for (const event of ['capacity', 'bootsWork', 'unclamp']) EVENTS[event]?.(0)(fleet);
  fleet.weightsComplete = true;
  fleet.busy(0);
  fleet.play(40 * MINUTE, look);
  EVENTS['retry']?.(0)(fleet);
}

test('it never exceeds the maximum, launches no more than it may, and comes to rest', () => {
  fc.assert(
    fc.property(settings, fc.array(moment, { maxLength: 40 }), (some, moments) => {
      const fleet = new Simulation(some);
      const max = fleet.settings.maxReplicas;
      const wanted: { atMs: number; count: number }[] = [];
      const look = (): void => void wanted.push({ atMs: fleet.nowMs, count: fleet.last?.status.wanted ?? 0 });
      live(fleet, moments, look);
      calm(fleet, look);
      // An hour until the launches of before no longer count, and time for each replacement one after the other.
      fleet.play(4 * HOUR, look);

      expect(fleet.region.peak).toBeLessThanOrEqual(max);
      expect(fleet.region.scaledIn).toEqual([]);
      for (const { atMs } of fleet.region.launches) {
        const inHour = fleet.region.launches.filter((one) => one.atMs > atMs - HOUR && one.atMs <= atMs).length;
        const most = Math.max(
          1,
          ...wanted.filter((one) => one.atMs > atMs - HOUR - 20 * MINUTE && one.atMs <= atMs).map(({ count }) => count),
        );
        expect(inHour).toBeLessThanOrEqual(LAUNCHES_PER_REPLICA * most);
      }

      const { launches } = fleet.region;
      const [before, done] = [launches.length, fleet.done.length];
      fleet.play(10 * MINUTE);
      expect([launches.length, fleet.done.length]).toEqual([before, done]);
      expect(fleet.last?.status.state).toBe(fleet.last?.status.wanted === 0 ? 'asleep' : 'ready');
      expect(fleet.last?.status.wanted).toBe(fleet.settings.minReplicas);
    }),
    { numRuns: 60 },
  );
});

test('while capacity exists fewer take requests than are wanted for no longer than a boot and the group’s retry interval', () => {
  const losses = fc.array(
    fc.record({
      event: fc.constantFrom('interruption', 'lostNotice', 'load', 'spotDry', 'capacity'),
      index: fc.nat(100),
      gap: fc.integer({ min: 15, max: 40 }),
    }),
    { maxLength: 8 },
  );
  let longestMs = 0;
  fc.assert(
    fc.property(losses, (events) => {
      const fleet = new Simulation({ minReplicas: 2, maxReplicas: 8, idleMs: 10 * MINUTE });
      let sinceMs = fleet.nowMs;
      const watch = (): void => {
        if (fleet.region.serving().length >= (fleet.last?.status.wanted ?? 0)) sinceMs = fleet.nowMs;
        longestMs = Math.max(longestMs, fleet.nowMs - sinceMs);
      };
      fleet.playHeard(10 * MINUTE, watch);
      for (const { event, index, gap } of events) {
        EVENTS[event]?.(index)(fleet);
        fleet.playHeard(gap * MINUTE, watch);
      }
    }),
    { numRuns: 60 },
  );
  process.stdout.write(
    `fewer than wanted for ${longestMs / SECOND} s at the longest, of which ${BOOT_MS / SECOND} are a boot and ${RETRY_MS / SECOND} the group's retry interval\n`,
  );
  // Each of the loss, the look at it, and the launch falls into a step of the model.
  expect(longestMs).toBeLessThanOrEqual(BOOT_MS + RETRY_MS + 3 * STEP_MS);
});
