/**
 * Drills: EC2 takes instances back. A request is lost when its client did not get its full text. Until streams are resumed
 * elsewhere: no request is lost that was still without an answer, and a stream that breaks off says so.
 */
import { MINUTE, SECOND } from '../../../support/fake-auto-scaling';
import { counted } from './caller';
import { endsWell } from './ends-well';
import { type DrillFleet, SLOW_MS, startFleet } from './fleet';
import type { Replica } from './instances';

let fleet: DrillFleet;
afterEach(() => fleet.stop());

const stateOf = ({ host }: Replica): string | undefined => host.rows.at(-1)?.state;
const interrupt = (...lost: readonly Replica[]): void => {
  for (const { instance } of lost) fleet.region.interrupt(instance);
};
/** Seconds after `sinceMs` at which instances were launched. */
const launchedAfter = (sinceMs: number): readonly number[] =>
  fleet.region.launches.map(({ atMs }) => (atMs - sinceMs) / SECOND).filter((seconds) => seconds > 0);

test('while it boots: the next one is launched at the notice, it is no failed boot, and whoever waits is answered', async () => {
  fleet = await startFleet();
  const { boot } = fleet.region;
  fleet.region.boot = (pool, index) => (index === 0 ? { ms: Infinity, fails: null } : boot(pool, index));
  const asked = [...fleet.many(5, true), ...fleet.many(5, false)];
  await fleet.until(() => fleet.replicas.some(({ host }) => host.rows.at(-1)?.detail === 'image'));
  const [booting] = fleet.replicas;
  const noticeMs = fleet.nowMs();
  interrupt(booting!);
  await fleet.until(() => launchedAfter(noticeMs).length === 1);
  expect(launchedAfter(noticeMs)[0]).toBeLessThan(30);
  expect(await counted(asked)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(booting!.host.states()).not.toContain('ready');
  expect(fleet.memory.failedBoots).toEqual([]);
  await endsWell(fleet, 1);
});

test('while idle: the next one is launched at the notice', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one] = await fleet.ready(2);
  const noticeMs = fleet.nowMs();
  interrupt(one!);
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(launchedAfter(noticeMs)).toHaveLength(1);
  expect(launchedAfter(noticeMs)[0]).toBeLessThan(30);
  // It counts as one, which calls for one to spare where the config leaves that open.
  expect(fleet.memory.interruptions).toHaveLength(1);
  expect(await counted([...fleet.many(10, true), ...fleet.many(10, false)])).toEqual({ whole: 20, told: 0, lost: 0 });
  await endsWell(fleet, 2);
});

test('with 50 streams on: all of them finish, and the next one is launched at the notice', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  const asked = fleet.many(50, true);
  await fleet.running(50, one!, other!);
  expect(one!.host.engine.running).toBeGreaterThan(5);
  const noticeMs = fleet.nowMs();
  interrupt(one!);
  await fleet.until(() => stateOf(one!) === 'draining');
  asked.push(...fleet.many(10, false), ...fleet.many(10, true));
  expect(await counted(asked)).toEqual({ whole: 70, told: 0, lost: 0 });
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(one!.host.engine.aborted).toBe(0);
  expect(launchedAfter(noticeMs)).toHaveLength(1);
  expect(launchedAfter(noticeMs)[0]).toBeLessThan(30);
  await endsWell(fleet, 2);
});

test('with streams on that are longer than the notice: they break off honestly, and nobody else notices', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  one!.host.engine.tokenDelayMs = 200;
  const streams = fleet.many(20, true);
  await fleet.speaking(20, one!, other!);
  const onOne = one!.host.engine.running;
  const whole = fleet.many(10, false);
  interrupt(one!);
  await fleet.pass(100 * SECOND);
  await fleet.until(() => stateOf(one!) === 'drained');
  expect(onOne).toBeGreaterThan(2);
  expect(await counted(whole)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(await counted(streams)).toEqual({ whole: 20 - onOne, told: onOne, lost: 0 });
  await endsWell(fleet, 2);
});

test('of two replicas at once, which are all there are: callers who ask all the time wait for the next ones', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const both = await fleet.ready(2);
  const callers = fleet.callers(6);
  await fleet.until(() => both.every(({ host }) => host.engine.running > 0));
  interrupt(...both);
  await fleet.until(() => both.every((one) => stateOf(one) === 'drained'));
  await fleet.until(() => fleet.replicas.filter((one) => stateOf(one) === 'ready').length === 2);
  const asked = await callers.stop();
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  // Each had an answer before, and one since.
  expect(asked.length).toBeGreaterThanOrEqual(12);
  await endsWell(fleet, 2);
});

test('of the only replica: who asks a router that thinks it still serves waits for the next one', async () => {
  fleet = await startFleet({ minReplicas: 1 });
  const [one] = await fleet.ready(1);
  interrupt(one!);
  await fleet.until(() => one!.host.done.includes('gate'));
  const refused = [...fleet.many(5, true), ...fleet.many(5, false)];
  expect(await counted(refused)).toEqual({ whole: 10, told: 0, lost: 0 });
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
  interrupt(...lost);
  await fleet.until(() => lost.every((one) => stateOf(one) === 'drained'));
  await fleet.until(() => fleet.replicas.filter((one) => stateOf(one) === 'ready').length === 3);
  const asked = await callers.stop();
  expect(await counted(asked)).toEqual({ whole: asked.length, told: 0, lost: 0 });
  expect(fleet.region.live().map(({ pool }) => pool.zone)).toEqual(['b', 'b', 'b']);
  await endsWell(fleet, 3);
});

test.each([
  ['with notice', true],
  ['without', false],
])('of a replica that drains since it is one too many, %s: no other one is launched for it', async (_how, notice) => {
  fleet = await startFleet({ minReplicas: 2 });
  const both = await fleet.ready(2);
  for (const { host } of both) host.engine.tokenDelayMs = SLOW_MS;
  const streams = fleet.many(20, true);
  await fleet.speaking(20, ...both);
  fleet.settings.minReplicas = 1;
  await fleet.controller.call({});
  await fleet.until(() => both.some((one) => stateOf(one) === 'draining'));
  const leaving = both.find((one) => stateOf(one) === 'draining')!;
  const onIt = leaving.host.engine.running;
  expect(onIt).toBeGreaterThan(2);
  fleet.region.interrupt(leaving.instance, notice);
  expect(await counted(streams)).toEqual(
    notice ? { whole: 20, told: 0, lost: 0 } : { whole: 20 - onIt, told: onIt, lost: 0 },
  );
  expect(fleet.region.launches).toHaveLength(2);
  await endsWell(fleet, 1);
});

test('none: a replica that is one too many finishes its streams, though they take longer than a notice of EC2', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const both = await fleet.ready(2);
  for (const { host } of both) host.engine.tokenDelayMs = 2 * SLOW_MS;
  const streams = fleet.many(20, true);
  await fleet.running(20, ...both);
  fleet.settings.minReplicas = 1;
  await fleet.controller.call({});
  await fleet.until(() => both.some((one) => stateOf(one) === 'draining'));
  const leaving = both.find((one) => stateOf(one) === 'draining')!;
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

test('without any notice: streams break off honestly, what had no answer is repeated, and the next one is launched', async () => {
  fleet = await startFleet({ minReplicas: 2 });
  const [one, other] = await fleet.ready(2);
  for (const { host } of [one!, other!]) host.engine.tokenDelayMs = SLOW_MS;
  const streams = fleet.many(20, true);
  await fleet.speaking(20, one!, other!);
  const onOne = one!.host.engine.running;
  const whole = fleet.many(10, false);
  await fleet.running(30, one!, other!);
  expect(onOne).toBeGreaterThan(2);
  fleet.region.interrupt(one!.instance, false);
  expect(await counted(whole)).toEqual({ whole: 10, told: 0, lost: 0 });
  expect(await counted(streams)).toEqual({ whole: 20 - onOne, told: onOne, lost: 0 });
  expect(await counted(fleet.many(5, true))).toEqual({ whole: 5, told: 0, lost: 0 });
  await endsWell(fleet, 2);
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
