/**
 * Drills: EC2 takes instances back. A request is lost when its client did not get its full text. Until streams are resumed
 * elsewhere: no request is lost that was still without an answer, and a stream that breaks off says so.
 */
import { MINUTE, SECOND } from '../../../support/fake-auto-scaling';
import { counted } from './caller';
import { endsWell } from './ends-well';
import { type DrillFleet, SLOW_MS, startFleet } from './fleet';
import type { Replica } from './instances';
import { closesInTime, launchedSince, nearItsEnd, oneTooMany, stateOf, successors, wentOnMs } from './losses';

let fleet: DrillFleet;
afterEach(() => fleet.stop());

/** When it happens. */
function interrupt(...lost: readonly Replica[]): number {
  const nowMs = fleet.nowMs();
  for (const { instance } of lost) fleet.region.interrupt(instance);
  return nowMs;
}

/** The controller hears of all of them in one look: of one a moment before the other it launches for that one first. */
async function interruptTogether(...lost: readonly Replica[]): Promise<number> {
  fleet.controller.away = true;
  const nowMs = interrupt(...lost);
  await fleet.until(() => lost.every((one) => stateOf(one) === 'draining'));
  fleet.controller.away = false;
  await fleet.controller.call({});
  return nowMs;
}

const ready = (): readonly Replica[] => fleet.replicas.filter((one) => stateOf(one) === 'ready');

test('while it boots: both markets are asked at the notice, it is no failed boot, and whoever waits is answered', async () => {
  fleet = await startFleet();
  const { boot } = fleet.region;
  fleet.region.boot = (pool, index) => (index === 0 ? { ms: Infinity, fails: null } : boot(pool, index));
  const asked = [...fleet.many(5, true), ...fleet.many(5, false)];
  await fleet.until(() => fleet.replicas.some(({ host }) => host.rows.at(-1)?.detail === 'image'));
  const [booting] = fleet.replicas;
  const noticeMs = interrupt(booting!);
  await successors(fleet, noticeMs);
  expect(await counted(asked)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(booting!.host.states()).not.toContain('ready');
  expect(fleet.memory.failedBoots).toEqual([]);
  await endsWell(fleet, 1);
  expect(launchedSince(fleet, noticeMs)).toHaveLength(2);
});

test('while idle: both markets are asked at the notice, and the on-demand one goes when the spot one is ready', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one] = await fleet.ready(2);
  fleet.region.boot = ({ market }) => ({ ms: (market === 'spot' ? 60 : 20) * SECOND, fails: null });
  const noticeMs = interrupt(one!);
  const next = await successors(fleet, noticeMs);
  expect(next.spot.instance.pool).not.toEqual(one!.instance.pool);
  await nearItsEnd(fleet, one!);
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(wentOnMs(next)).toBeGreaterThanOrEqual(0);
  expect(wentOnMs(next)).toBeLessThan(20 * SECOND);
  // It counts as one, which calls for one to spare where the config asks for that.
  expect(fleet.memory.interruptions).toHaveLength(1);
  expect(await counted([...fleet.many(10, true), ...fleet.many(10, false)])).toEqual({ whole: 20, told: 0, lost: 0 });
  await endsWell(fleet, 2);
  expect(launchedSince(fleet, noticeMs)).toHaveLength(2);
});

test('in the only pool that has spot capacity: the on-demand one stays until the next one there has held out seven minutes', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  fleet.region.capacity = ({ market, type, zone }) =>
    market === 'onDemand' || (type === 'g6e.xlarge' && zone === 'a') ? 10 : 0;
  const [one] = await fleet.ready(2);
  const { spot, onDemand } = await successors(fleet, interrupt(one!));
  expect(spot.instance.pool).toEqual(one!.instance.pool);
  const { launchMs } = spot.instance;
  await fleet.pass(launchMs + 7 * MINUTE - fleet.nowMs());
  expect([stateOf(spot), stateOf(onDemand)]).toEqual(['ready', 'ready']);
  await fleet.passUntil(() => stateOf(onDemand) !== 'ready');
  // Its boot, and a minute to the next look.
  expect(fleet.nowMs() - launchMs).toBeLessThan(9 * MINUTE);
  expect(fleet.region.launches).toHaveLength(4);
  await endsWell(fleet, 2);
});

test('with 50 streams on: all of them finish, nobody is refused, and both markets are asked at the notice', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  const asked = fleet.many(50, true);
  await fleet.running(50, one!, other!);
  expect(one!.host.engine.running).toBeGreaterThan(5);
  const noticeMs = interrupt(one!);
  await fleet.until(() => stateOf(one!) === 'draining');
  expect(one!.host.rows.at(-1)?.open).toBe(true);
  asked.push(...fleet.many(10, false), ...fleet.many(10, true));
  await successors(fleet, noticeMs);
  expect(await counted(asked)).toEqual({ whole: 70, told: 0, lost: 0 });
  expect(fleet.records.map(({ attempts }) => attempts.length)).toEqual(Array(70).fill(1));
  await nearItsEnd(fleet, one!);
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(one!.host.engine.aborted).toBe(0);
  await endsWell(fleet, 2);
  expect(launchedSince(fleet, noticeMs)).toHaveLength(2);
});

test('with streams on that are longer than the notice: they break off honestly, and nobody else notices', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  one!.host.engine.tokenDelayMs = 200;
  const streams = fleet.many(20, true);
  await fleet.speaking(20, one!, other!);
  const onOne = one!.host.engine.running;
  const whole = fleet.many(10, false);
  const noticeMs = interrupt(one!);
  await successors(fleet, noticeMs);
  await nearItsEnd(fleet, one!);
  expect(one!.host.engine.aborted).toBe(0);
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(onOne).toBeGreaterThan(2);
  expect(await counted(whole)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(await counted(streams)).toEqual({ whole: 20 - onOne, told: onOne, lost: 0 });
  await endsWell(fleet, 2);
  expect(launchedSince(fleet, noticeMs)).toHaveLength(2);
});

test('of two replicas at once, which are all there are: they serve until the next ones do, and nobody who asks has to wait', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const both = await fleet.ready(2);
  const callers = fleet.callers(6);
  await fleet.until(() => both.every(({ host }) => host.engine.running > 0));
  const noticeMs = await interruptTogether(...both);
  await fleet.until(() => fleet.region.launches.length === 4);
  // With those that are lost they are as many as there may be.
  expect(launchedSince(fleet, noticeMs)).toEqual(['onDemand', 'onDemand']);
  for (const one of both) await closesInTime(fleet, one);
  expect(launchedSince(fleet, noticeMs)).toHaveLength(2);
  await fleet.until(() => both.every((one) => stateOf(one) === 'drained'));
  await fleet.until(() => ready().length === 2);
  const asked = await callers.stop();
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  expect(fleet.records.filter(({ heldMs }) => heldMs > 0)).toEqual([]);
  await endsWell(fleet, 2);
  expect(launchedSince(fleet, noticeMs)).toEqual(['onDemand', 'onDemand', 'spot', 'spot']);
});

test('of the only replica, while the next ones boot for longer than the notice: it serves, and who asks too late waits', async () => {
  fleet = await startFleet({ minReplicas: 1 });
  const [one] = await fleet.ready(1);
  fleet.region.boot = () => ({ ms: 150 * SECOND, fails: null });
  await successors(fleet, interrupt(one!));
  await fleet.pass(70 * SECOND);
  expect(await counted([...fleet.many(5, true), ...fleet.many(5, false)])).toEqual({ whole: 10, told: 0, lost: 0 });
  const served = fleet.records.map(({ heldMs, attempts }) => ({ heldMs, on: attempts.map(({ replica }) => replica) }));
  expect(served).toEqual(Array(10).fill({ heldMs: 0, on: [one!.instance.id] }));
  await closesInTime(fleet, one!);
  // The router still has its copy of the table, and thinks that it serves.
  const late = [...fleet.many(5, true), ...fleet.many(5, false)];
  expect(await counted(late)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(fleet.records.slice(10).map(({ heldMs }) => heldMs > 0)).toEqual(Array(10).fill(true));
  await endsWell(fleet, 1);
});

test('of the only replica, without any notice: what had no answer waits for the next one', async () => {
  fleet = await startFleet({ minReplicas: 1 });
  const [one] = await fleet.ready(1);
  const streams = fleet.many(5, true);
  const whole = fleet.many(5, false);
  await fleet.speaking(10, one!);
  fleet.region.interrupt(one!.instance, false);
  await fleet.until(() => one!.host.engine.running === 0);
  const late = [...fleet.many(5, true), ...fleet.many(5, false)];
  expect(await counted([...whole, ...late])).toEqual({ whole: 15, told: 0, lost: 0 });
  expect(await counted(streams)).toEqual({ whole: 0, told: 5, lost: 0 });
  await endsWell(fleet, 1);
});

test('of a whole zone, and its capacity too: the other zone takes over while callers ask all the time', async () => {
  fleet = await startFleet({ minReplicas: 3, maxReplicas: 6, zones: ['a', 'b'] });
  const all = await fleet.ready(3);
  const { zone } = all[0]!.instance.pool;
  const lost = all.filter(({ instance }) => instance.pool.zone === zone);
  expect(lost).toHaveLength(2);
  const callers = fleet.callers(6);
  await fleet.until(() => all.every(({ host }) => host.engine.running > 0));
  fleet.region.capacity = (pool) => (pool.zone === zone ? 0 : 10);
  const noticeMs = await interruptTogether(...lost);
  await fleet.until(() => fleet.region.launches.length === 6);
  // Six are as many as there may be: the second spot one has room when those that are lost are gone.
  expect(launchedSince(fleet, noticeMs)).toEqual(['onDemand', 'onDemand', 'spot']);
  for (const one of lost) await closesInTime(fleet, one);
  await fleet.until(() => lost.every((one) => stateOf(one) === 'drained'));
  expect(ready().length).toBeGreaterThanOrEqual(3);
  const asked = await callers.stop();
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  await fleet.passUntil(() => fleet.region.live('spot').length === 3 && fleet.region.live().length === 3);
  expect(fleet.region.live().map(({ pool }) => pool.zone)).toEqual(['b', 'b', 'b']);
  expect(launchedSince(fleet, noticeMs)).toEqual(['onDemand', 'onDemand', 'spot', 'spot']);
  await endsWell(fleet, 3);
});

test.each([
  ['with notice', true],
  ['without', false],
])('of a replica that drains since it is one too many, %s: no other one is launched for it', async (_how, notice) => {
  fleet = await startFleet({ minReplicas: 2 });
  const { leaving, streams, onIt } = await oneTooMany(fleet);
  fleet.region.interrupt(leaving.instance, notice);
  expect(await counted(streams)).toEqual(
    notice ? { whole: 20, told: 0, lost: 0 } : { whole: 20 - onIt, told: onIt, lost: 0 },
  );
  await endsWell(fleet, 1);
  expect(fleet.region.launches).toHaveLength(2);
});

test('none: a replica that is one too many finishes its streams, though they take longer than a notice of EC2', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const { leaving, streams } = await oneTooMany(fleet, 2 * SLOW_MS);
  await fleet.until(() => leaving.host.done.includes('gate'));
  expect(leaving.host.engine.running).toBeGreaterThan(2);
  await fleet.pass(2 * MINUTE);
  // By now nobody is sent to it to be refused.
  const before = fleet.records.length;
  expect(await counted(fleet.many(10, false))).toEqual({ whole: 10, told: 0, lost: 0 });
  const since = fleet.records.slice(before);
  expect(since.map(({ attempts }) => attempts.length)).toEqual(since.map(() => 1));
  expect(await counted(streams)).toEqual({ whole: 20, told: 0, lost: 0 });
  expect(fleet.region.launches).toHaveLength(2);
  await endsWell(fleet, 1);
});

test('without any notice: streams break off honestly, what had no answer is repeated, and both markets are asked', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  for (const { host } of [one!, other!]) host.engine.tokenDelayMs = SLOW_MS;
  const streams = fleet.many(20, true);
  await fleet.speaking(20, one!, other!);
  const onOne = one!.host.engine.running;
  const whole = fleet.many(10, false);
  await fleet.running(30, one!, other!);
  expect(onOne).toBeGreaterThan(2);
  const lostMs = fleet.nowMs();
  fleet.region.interrupt(one!.instance, false);
  expect(await counted(whole)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(await counted(streams)).toEqual({ whole: 20 - onOne, told: onOne, lost: 0 });
  expect(await counted(fleet.many(5, true))).toEqual({ whole: 5, told: 0, lost: 0 });
  await endsWell(fleet, 2);
  expect(launchedSince(fleet, lostMs)).toEqual(['onDemand', 'spot']);
});

test('announced three ways, with every event doubled and turned round, and all of them once more: it drains once', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  fleet.controller.onItsWay = (batch) => [...batch, ...batch].reverse();
  const asked = [...fleet.many(10, true), ...fleet.many(10, false)];
  await fleet.running(20, one!, other!);
  one!.host.imds.rebalanceRecommended = true;
  // Its successor is launched, and it goes on serving until there is more than a risk.
  await fleet.until(() => fleet.region.launches.length === 3);
  expect(one!.host.rows.at(-1)).toMatchObject({ state: 'ready', atRisk: true });
  interrupt(one!);
  await fleet.until(() => stateOf(one!) === 'draining');
  one!.host.imds.interrupt(fleet.nowMs() + 125 * SECOND);
  await fleet.controller.replay();
  expect(await counted(asked)).toEqual({ whole: 20, told: 0, lost: 0 });
  // What has a successor already needs none at its notice.
  await closesInTime(fleet, one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(one!.host.rows.at(-1)?.detail).toBe('interruption');
  expect(one!.host.done.filter((what) => what === 'gate')).toHaveLength(1);

  await fleet.ready(2);
  await fleet.passUntil(() => fleet.region.live().every(({ lifecycle }) => lifecycle === 'InService'));
  await fleet.controller.idle();
  const calls = [...fleet.controller.calls];
  await fleet.controller.replay();
  expect(fleet.controller.calls).toEqual(calls);
  expect(calls.filter((call) => call.startsWith('terminate'))).toEqual([`terminate ${one!.instance.id}`]);
  expect(fleet.region.launches).toHaveLength(3);
  await endsWell(fleet, 2);
});
