/** What the looks at a fleet count: each event once, whatever becomes of the look. */
import type { FleetCounts } from '../../lib/capacity/fleet-counts';
import { HOUR, MINUTE, Simulation } from './simulation';

type Event = 'failedBoots' | 'interruptions' | 'engineFailures';

/** A fleet, and what all its looks have counted. */
class Counted extends Simulation {
  readonly looks: FleetCounts[] = [];

  override run(actions = Infinity): ReturnType<Simulation['run']> {
    const decision = super.run(actions);
    this.looks.push(decision.counts);
    return decision;
  }

  all(event: Event): number {
    return this.looks.reduce((sum, counts) => sum + counts[event], 0);
  }

  get now(): FleetCounts {
    return this.looks.at(-1) as FleetCounts;
  }
}

function running(replicas: number): Counted {
  const fleet = new Counted({ minReplicas: replicas, maxReplicas: replicas + 2 });
  fleet.play(8 * MINUTE);
  expect(fleet.ready).toBe(replicas);
  return fleet;
}

test('a fleet that sleeps counts nothing', () => {
  const fleet = new Counted();
  fleet.play(HOUR);
  const nothing = { wanted: 0, missing: 0, failedBoots: 0, interruptions: 0, engineFailures: 0, load: null };
  expect(fleet.looks).toEqual(fleet.looks.map(() => nothing));
});

test('replicas are missing from when they are wanted until they are ready', () => {
  const fleet = new Counted({ minReplicas: 2 });
  fleet.play(MINUTE);
  expect(fleet.now).toMatchObject({ wanted: 2, missing: 2, load: null });
  fleet.play(7 * MINUTE);
  expect(fleet.now).toMatchObject({ wanted: 2, missing: 0 });
  fleet.region.interrupt(fleet.region.live()[0]!, false);
  fleet.play(MINUTE);
  expect(fleet.now).toMatchObject({ wanted: 2, missing: 1 });
});

test('more replicas than are wanted are not missing the other way', () => {
  const fleet = running(2);
  fleet.command('stage', 'clamp');
  Object.assign(fleet.settings, { minReplicas: 1 });
  fleet.run();
  expect(fleet.now).toMatchObject({ wanted: 1, missing: 0 });
});

test('load is that of the replicas that are ready: requests together, of the KV cache the mean', () => {
  const fleet = running(2);
  const [one, other] = fleet.region.live();
  Object.assign(one!, { running: 3, kvUse: 0.2 });
  Object.assign(other!, { running: 4, kvUse: 0.6 });
  fleet.run();
  expect(fleet.now.load).toEqual({ running: 7, waiting: 0, kvUse: 0.4 });
});

test('an interruption is counted once, though the host goes on being seen for minutes', () => {
  const fleet = running(2);
  fleet.region.interrupt(fleet.region.live()[0]!);
  fleet.play(30 * MINUTE);
  fleet.region.interrupt(fleet.region.live()[0]!, false);
  fleet.play(30 * MINUTE);
  expect(fleet.all('interruptions')).toBe(2);
});

test('and though nothing of what was to be done is done', () => {
  const fleet = running(1);
  fleet.region.interrupt(fleet.region.live()[0]!);
  fleet.region.advance(10_000);
  for (let look = 0; look < 5; look++) fleet.run(0);
  fleet.region.advance(2 * MINUTE);
  fleet.run(0);
  fleet.play(20 * MINUTE);
  expect(fleet.all('interruptions')).toBe(1);
});

test('nor is one counted twice that its group noticed before any look did', () => {
  const fleet = running(1);
  fleet.region.interrupt(fleet.region.live()[0]!, false);
  fleet.region.advance(90_000);
  expect(fleet.region.group('spot').instances.map(({ lifecycle }) => lifecycle)).toContain('Terminating:Wait');
  for (let look = 0; look < 3; look++) {
    fleet.run(0);
    fleet.region.advance(MINUTE);
  }
  expect(fleet.all('interruptions')).toBe(1);
});

test('each boot that fails is counted once, also when somebody says that it may be tried again', () => {
  const fleet = new Counted({ minReplicas: 1 });
  fleet.region.boot = () => ({ ms: 2 * MINUTE, fails: 'image' });
  fleet.play(30 * MINUTE);
  expect([fleet.last?.status.state, fleet.all('failedBoots')]).toEqual(['broken', 3]);
  fleet.command('retry');
  fleet.play(30 * MINUTE);
  expect(fleet.all('failedBoots')).toBe(fleet.region.launches.length);
});

test('an engine that was started again is counted by its host, an engine that was given up by the look that sees it', () => {
  const fleet = running(1);
  const [host] = fleet.region.live();
  host!.engineFailures = 1;
  fleet.play(5 * MINUTE);
  expect(fleet.all('engineFailures')).toBe(1);
  host!.engineFailures = 2;
  fleet.play(5 * MINUTE);
  fleet.region.fail(host!, 'hung');
  fleet.play(20 * MINUTE);
  expect([fleet.all('engineFailures'), fleet.all('failedBoots')]).toEqual([3, 0]);
});

test('a host whose agent was started again counts from zero, and nothing is counted twice', () => {
  const fleet = running(1);
  const [host] = fleet.region.live();
  for (const engineFailures of [2, 0, 1, 3, 1]) {
    host!.engineFailures = engineFailures;
    fleet.play(2 * MINUTE);
  }
  expect(fleet.all('engineFailures')).toBe(6);
});

test('scaling in counts nothing', () => {
  const fleet = running(2);
  Object.assign(fleet.settings, { minReplicas: 0 });
  fleet.play(HOUR);
  expect(fleet.last?.status.state).toBe('asleep');
  expect((['failedBoots', 'interruptions', 'engineFailures'] as const).map((event) => fleet.all(event))).toEqual([
    0, 0, 0,
  ]);
});
