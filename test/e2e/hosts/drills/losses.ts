/** What drills of a lost replica have in common: two instances are launched at once, and the host serves almost to its end. */
import type { Market } from '../../../../lib/capacity/fleet-state';
import { SECOND } from '../../../support/fake-auto-scaling';
import { type DrillFleet, SLOW_MS } from './fleet';
import type { Got } from './caller';
import type { Replica } from './instances';

/** By then a notice has been heard of and followed. */
const AT_ONCE_MS = 30 * SECOND;

export const stateOf = ({ host }: Replica): string | undefined => host.rows.at(-1)?.state;

/** Markets of what was launched since, by name. */
export const launchedSince = ({ region }: DrillFleet, sinceMs: number): readonly Market[] =>
  region.launches
    .filter(({ atMs }) => atMs > sinceMs)
    .map(({ id }) => region.hosts.find((host) => host.id === id)!.pool.market)
    .sort();

export interface Successors {
  readonly spot: Replica;
  readonly onDemand: Replica;
}

/** A lost one is replaced from both markets at once: resolves when both hosts are there. */
export async function successors(fleet: DrillFleet, lostMs: number): Promise<Successors> {
  const launched = (): readonly Replica[] => fleet.replicas.filter(({ instance }) => instance.launchMs > lostMs);
  await fleet.until(() => launched().length >= 2);
  expect(launchedSince(fleet, lostMs)).toEqual(['onDemand', 'spot']);
  for (const { instance } of launched()) expect(instance.launchMs - lostMs).toBeLessThan(AT_ONCE_MS);
  const of = (market: Market): Replica => launched().find(({ instance }) => instance.pool.market === market)!;
  return { spot: of('spot'), onDemand: of('onDemand') };
}

/** How long the on-demand one went on after the spot one was ready. */
export const wentOnMs = ({ spot, onDemand }: Successors): number =>
  firstMs(onDemand, 'draining') - firstMs(spot, 'ready');

function firstMs({ host, instance }: Replica, state: string): number {
  const row = host.rows.find((one) => one.state === state);
  if (row === undefined) throw new Error(`${instance.id} was never ${state}`);
  return row.heartbeatMs;
}

/** Time flies until 30 s before EC2 takes it. */
export const nearItsEnd = (fleet: DrillFleet, { instance }: Replica): Promise<void> =>
  fleet.passUntil(() => instance.takenMs! - fleet.nowMs() < 30 * SECOND);

/** An interrupted host refuses nobody until 15 s before EC2 takes it: resolves when its gate closes. */
export async function closesInTime(fleet: DrillFleet, { host, instance }: Replica): Promise<void> {
  await fleet.until(() => host.done.includes('gate'));
  const leftMs = instance.takenMs! - fleet.nowMs();
  // What says when it ends leaves out parts of seconds, and a second is a tenth of one here.
  expect(leftMs).toBeLessThan(17 * SECOND);
  expect(leftMs).toBeGreaterThan(5 * SECOND);
}

export interface OneTooMany {
  readonly leaving: Replica;
  readonly streams: readonly Promise<Got>[];
  /** How many of them run on it. */
  readonly onIt: number;
}

/** Of two replicas with 20 streams on one is too many: resolves when it drains. */
export async function oneTooMany(fleet: DrillFleet, tokenDelayMs = SLOW_MS): Promise<OneTooMany> {
  const both = await fleet.ready(2);
  for (const { host } of both) host.engine.tokenDelayMs = tokenDelayMs;
  const streams = fleet.many(20, true);
  await fleet.speaking(20, ...both);
  fleet.settings.minReplicas = 1;
  await fleet.controller.call({});
  await fleet.until(() => both.some((one) => stateOf(one) === 'draining'));
  const leaving = both.find((one) => stateOf(one) === 'draining')!;
  const onIt = leaving.host.engine.running;
  expect(onIt).toBeGreaterThan(2);
  return { leaving, streams, onIt };
}
