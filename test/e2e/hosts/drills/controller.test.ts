/** Drills: what goes wrong around the controller. Callers do not notice, and what it could not do is done in the end. */
import { MINUTE, SECOND } from '../../../support/fake-auto-scaling';
import { THROTTLED } from '../../../support/fake-dynamo';
import { counted } from './caller';
import { endsWell } from './ends-well';
import { type DrillFleet, startFleet } from './fleet';
import { closesInTime, launchedSince, oneTooMany, stateOf, successors } from './losses';

let fleet: DrillFleet;
afterEach(() => fleet.stop());

const terminations = (): readonly string[] => fleet.controller.calls.filter((call) => call.startsWith('terminate'));

test('it is away for ten minutes in which a replica is interrupted: the group replaces that one, which serves at once', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one] = await fleet.ready(2);
  await fleet.passUntil(() => fleet.region.live().every(({ lifecycle }) => lifecycle === 'InService'));
  fleet.controller.away = true;
  const callers = fleet.callers(4);
  fleet.region.interrupt(one!.instance);
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  const asked = await callers.stop();
  await fleet.pass(10 * MINUTE);
  await fleet.ready(2);
  // Nobody completes hooks, and nobody has to.
  expect(fleet.region.hosts.map(({ lifecycle }) => lifecycle).sort()).toEqual([
    'InService',
    'Pending:Wait',
    'Terminating:Wait',
  ]);
  asked.push(...fleet.many(5, true), ...fleet.many(5, false));
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  fleet.controller.away = false;
  await endsWell(fleet, 2);
  // A group replaces like with like, and what is replaced needs no other.
  expect(launchedSince(fleet, 0)).toEqual(['spot', 'spot', 'spot']);
});

test('a run dies between its first action and its second, as one of three replicas is interrupted and one has failed', async () => {
  fleet = await startFleet({ minReplicas: 3, maxReplicas: 6 });
  const [one, other] = await fleet.ready(3);
  await fleet.passUntil(() => fleet.region.live().every(({ lifecycle }) => lifecycle === 'InService'));
  // One run sees both.
  fleet.controller.away = true;
  const lostMs = fleet.nowMs();
  fleet.region.interrupt(one!.instance);
  await other!.host.engine.stop();
  other!.host.process = 'failed';
  await fleet.until(() => stateOf(one!) === 'draining' && stateOf(other!) === 'failed');
  let left = 1;
  fleet.controller.beforeCall = () => {
    if (left-- <= 0) throw new Error('the function is gone');
  };
  fleet.controller.away = false;
  const callers = fleet.callers(4);
  await fleet.controller.call({});
  await fleet.controller.idle();
  expect(fleet.controller.failures[0]?.message).toContain('the function is gone');
  expect(terminations()).toHaveLength(1);
  fleet.controller.beforeCall = () => undefined;
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  const asked = await callers.stop();
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  await fleet.passUntil(() => fleet.region.live().length === 3 && !fleet.region.live().includes(other!.instance));
  const ended = [one!, other!].map(({ instance }) => `terminate ${instance.id}`).sort();
  expect(
    terminations()
      .filter((call) => ended.includes(call))
      .sort(),
  ).toEqual(ended);
  // The dead run had asked for none: those that follow asked both markets, and the on-demand ones are gone again.
  expect(fleet.region.live('onDemand')).toEqual([]);
  expect(launchedSince(fleet, lostMs)).toEqual(['onDemand', 'onDemand', 'spot', 'spot']);
  await endsWell(fleet, 3);
});

test('each of its runs is two at once: what one does the other leaves alone', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  fleet.controller.runsPerCall = 2;
  const [one] = await fleet.ready(2);
  const callers = fleet.callers(4);
  const noticeMs = fleet.nowMs();
  fleet.region.interrupt(one!.instance);
  const { onDemand } = await successors(fleet, noticeMs);
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  const asked = await callers.stop();
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  await fleet.passUntil(() => fleet.region.live().length === 2);
  expect(terminations()).toEqual([one!, onDemand].map(({ instance }) => `terminate ${instance.id}`));
  expect(fleet.region.launches).toHaveLength(4);
  await endsWell(fleet, 2);
});

test('the table takes nothing for two minutes, of nobody: a replica that is interrupted drains in time, who asks waits, none is ended', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  const asked = [...fleet.many(10, true), ...fleet.many(10, false)];
  await fleet.running(20, one!, other!);
  const throttledMs = fleet.nowMs();
  fleet.table.always(THROTTLED);
  fleet.region.interrupt(one!.instance);
  // The router still has its copy of the table.
  asked.push(...fleet.many(10, false));
  expect(await counted(asked)).toEqual({ whole: 30, told: 0, lost: 0 });
  await fleet.pass(15 * SECOND);
  // And now it has none, though both would serve.
  const waiting = [...fleet.many(5, true), ...fleet.many(5, false)];
  await closesInTime(fleet, one!);
  await fleet.passUntil(() => fleet.nowMs() - throttledMs > 2 * MINUTE);
  expect(terminations()).toEqual([]);
  expect(fleet.controller.failures.length).toBeGreaterThan(0);
  fleet.table.always(null);
  expect(await counted(waiting)).toEqual({ whole: 10, told: 0, lost: 0 });
  await fleet.passUntil(() => fleet.region.live('spot').length === 2 && fleet.region.live().length === 2);
  // EC2 may have been quicker than the controller, and its group too, which replaces like with like.
  const standIns = fleet.region.hosts.filter(({ pool }) => pool.market === 'onDemand');
  expect(terminations().filter((call) => call !== `terminate ${one!.instance.id}`)).toEqual(
    standIns.map(({ id }) => `terminate ${id}`),
  );
  expect(fleet.region.launches).toHaveLength(3 + standIns.length);
  await endsWell(fleet, 2);
});

test('hosts can write nothing for more than three minutes: who asks waits, and none is ended', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  await fleet.ready(2);
  const throttledMs = fleet.nowMs();
  fleet.table.always(THROTTLED, 'UpdateItem');
  await fleet.pass(15 * SECOND);
  // All of them are silent by now.
  const waiting = [...fleet.many(5, true), ...fleet.many(5, false)];
  await fleet.passUntil(() => fleet.nowMs() - throttledMs > 190 * SECOND);
  await fleet.controller.call({});
  fleet.table.always(null);
  expect(await counted(waiting)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(terminations()).toEqual([]);
  expect(fleet.region.launches).toHaveLength(2);
  await endsWell(fleet, 2);
});

test.each([-2, 2])(
  'its hosts have clocks that are %d minutes off: they are used, kept, and drain in time',
  async (minutes) => {
    fleet = await startFleet({ minReplicas: 2, clockOffMs: minutes * MINUTE });
    const [one, other] = await fleet.ready(2);
    await fleet.pass(5 * MINUTE);
    expect(terminations()).toEqual([]);
    const asked = [...fleet.many(10, true), ...fleet.many(10, false)];
    await fleet.running(20, one!, other!);
    const noticeMs = fleet.nowMs();
    fleet.region.interrupt(one!.instance);
    expect(await counted(asked)).toEqual({ whole: 20, told: 0, lost: 0 });
    await closesInTime(fleet, one!);
    await fleet.until(() => stateOf(one!) === 'drained');
    expect(fleet.nowMs() - noticeMs).toBeLessThan(2 * MINUTE);
    await endsWell(fleet, 2);
  },
);

describe('a host dies, its instance lives on, and its hook stays open', () => {
  test('at boot: it is given up after three minutes of silence, and its hook completed', async () => {
    fleet = await startFleet({ minReplicas: 1 });
    const { boot } = fleet.region;
    fleet.region.boot = (pool, index) => (index === 0 ? { ms: Infinity, fails: null } : boot(pool, index));
    await fleet.passUntil(() => fleet.replicas.some(({ host }) => host.rows.at(-1)?.detail === 'image'));
    const [dead] = fleet.replicas;
    await fleet.until(() => dead!.instance.lifecycle === 'Pending:Wait');
    await dead!.host.vanish();
    const diedMs = fleet.nowMs();
    await fleet.passUntil(() => fleet.region.launches.length === 2);
    expect(fleet.nowMs() - diedMs).toBeLessThan(5 * MINUTE);
    expect(await counted([...fleet.many(3, true), ...fleet.many(3, false)])).toEqual({ whole: 6, told: 0, lost: 0 });
    await endsWell(fleet, 1);
  });

  test('at its end: its hook is completed after a minute of silence, not after a quarter of an hour', async () => {
    fleet = await startFleet({ minReplicas: 2 });
    const { leaving: dead, streams, onIt } = await oneTooMany(fleet);
    await dead.host.vanish();
    const diedMs = fleet.nowMs();
    expect(dead.instance.lifecycle).toBe('Terminating:Wait');
    await fleet.passUntil(() => dead.instance.lifecycle === 'Terminated');
    expect(fleet.nowMs() - diedMs).toBeGreaterThan(50 * SECOND);
    expect(fleet.nowMs() - diedMs).toBeLessThan(4 * MINUTE);
    expect(await counted(streams)).toEqual({ whole: 20 - onIt, told: onIt, lost: 0 });
    await endsWell(fleet, 1);
  });
});
