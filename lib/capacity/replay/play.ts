/** One policy over a record of spot capacity: what it costs, and how many replicas take requests when. */
import type { ModelHost } from './host';
import { isServing } from './host';
import { numbers } from './numbers';
import { Region } from './region';
import { type PoolTrace, changesMs, countAt, lengthMs } from './trace';

/** Whoever sets what the groups' capacity is. */
export interface Policy {
  readonly name: string;
  /** Acts on the region. Called once a minute and whenever groups or hosts have something to tell. */
  readonly look: (region: Region) => void;
}

export interface MarketOptions {
  /** From launch to ready. */
  readonly bootMs: number;
  readonly noticeMs: number;
  /** Share of interruptions, from 0 to 1, that end an instance at once and without a word. */
  readonly lostNotice: number;
  /** Price of a spot instance where an on-demand one costs 1. */
  readonly spotRatio: number;
}

/** From one moment to the next nothing changes. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Replicas that take requests. */
  readonly serving: number;
  /** Replicas that served and ended at its beginning without a word. */
  readonly ended: number;
  /** Replicas that were told that they end, served on, and stopped at its beginning. */
  readonly stopped: number;
}

export interface Played {
  readonly lengthMs: number;
  /** In hours of an on-demand instance. */
  readonly cost: number;
  readonly interruptions: number;
  readonly spans: readonly Span[];
}

const LOOK_MS = 60_000;
const STEP_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Nobody begins with an empty fleet: the first moment has lasted for so long before anything is counted. */
const leadMs = ({ bootMs }: MarketOptions): number => Math.max(10 * 60_000, 2 * bootMs);

/** @param most instances of each group */
export function play(pools: readonly PoolTrace[], policy: Policy, most: number, options: MarketOptions): Played {
  const endMs = lengthMs(pools);
  const changes = changesMs(pools);
  const market = new SpotMarket(pools, options);
  const region = regionOf(pools, market, most, options);
  let cost = 0;
  const charge = ({ pool, launchMs }: ModelHost): void => {
    cost += ((region.nowMs - Math.max(launchMs, 0)) / HOUR_MS) * (pool.market === 'spot' ? options.spotRatio : 1);
  };
  region.onEnd = (host) => (region.nowMs > 0 ? charge(host) : undefined);

  const spans: Span[] = [];
  let ended = 0;
  let beforeMs = region.nowMs;
  let change = 0;
  let nextLookMs = -leadMs(options);
  let heard = '';
  while (region.nowMs < endMs) {
    if (changes[change] === region.nowMs) {
      ended = market.takeBack(region);
      change += 1;
    }
    if (region.nowMs >= nextLookMs || news(region) !== heard) {
      nextLookMs = Math.max(nextLookMs, region.nowMs + LOOK_MS);
      policy.look(region);
      heard = news(region);
    }
    const quietMs = Math.max(region.nowMs + STEP_MS, region.quietUntilMs());
    const toMs = Math.min(endMs, nextLookMs, changes[change] ?? Infinity, quietMs);
    if (region.nowMs >= 0) {
      const stopped = stoppedSince(region, beforeMs);
      spans.push({ fromMs: region.nowMs, toMs, serving: region.serving().length, ended, stopped });
    }
    ended = 0;
    beforeMs = region.nowMs;
    region.advance(toMs - region.nowMs);
  }
  for (const host of region.live()) charge(host);
  return { lengthMs: endMs, cost, interruptions: market.interruptions, spans };
}

const keyOf = ({ zone, type }: { readonly zone: string; readonly type: string }): string => `${zone} ${type}`;

/** Capacity as it was recorded, and whose instances it takes back. */
class SpotMarket {
  interruptions = 0;
  private readonly traces: ReadonlyMap<string, PoolTrace>;
  /** Since when each pool has had capacity. */
  private readonly sinceMs = new Map<string, number>();
  private readonly random = numbers(1);

  constructor(
    pools: readonly PoolTrace[],
    private readonly options: MarketOptions,
  ) {
    this.traces = new Map(pools.map((one) => [keyOf(one), one]));
  }

  count(key: string, nowMs: number): number {
    const trace = this.traces.get(key);
    return trace === undefined ? 0 : countAt(trace, nowMs);
  }

  steadyMs(key: string, nowMs: number): number {
    return nowMs - (this.sinceMs.get(key) ?? nowMs);
  }

  /**
   * What there is no capacity for any more, the youngest first.
   *
   * @returns how many served and ended without a word
   */
  takeBack(region: Region): number {
    let ended = 0;
    for (const key of this.traces.keys()) {
      const count = this.count(key, region.nowMs);
      if (count === 0) this.sinceMs.delete(key);
      else if (!this.sinceMs.has(key)) this.sinceMs.set(key, region.nowMs);
      const running = region.live('spot').filter(({ pool, takenMs }) => keyOf(pool) === key && takenMs === null);
      const youngest = running.toSorted((one, other) => other.launchMs - one.launchMs);
      for (const host of youngest.slice(0, Math.max(0, running.length - count))) {
        const isHeard = this.random() >= this.options.lostNotice;
        if (!isHeard && isServing(host, region.nowMs)) ended += 1;
        this.interruptions += 1;
        region.interrupt(host, isHeard);
      }
    }
    return ended;
  }
}

/** Of the hosts that EC2 takes back, those whose gates have closed since. */
const stoppedSince = ({ hosts, nowMs }: Region, beforeMs: number): number =>
  hosts.filter(({ takenMs, openUntilMs }) => takenMs !== null && openUntilMs > beforeMs && openUntilMs <= nowMs).length;

function regionOf(pools: readonly PoolTrace[], market: SpotMarket, most: number, options: MarketOptions): Region {
  const zones = [...new Set(pools.map(({ zone }) => zone))];
  const types = [...new Set(pools.map(({ type }) => type))];
  const region = new Region({ startMs: -leadMs(options), zones, types, fleet: 'replay', max: most });
  region.noticeMs = options.noticeMs;
  region.boot = () => ({ ms: options.bootMs, fails: null });
  region.capacity = (pool) => (pool.market === 'spot' ? market.count(keyOf(pool), region.nowMs) : Infinity);
  region.steadyMs = (pool) => market.steadyMs(keyOf(pool), region.nowMs);
  return region;
}

/** Changes with whatever groups and hosts tell of. */
function news(region: Region): string {
  let told = String(region.failedLaunches);
  for (const { id, lifecycle, transitions } of region.hosts) {
    if (lifecycle === 'Terminated') continue;
    told += ` ${id}${lifecycle}${transitions.findLast(({ atMs }) => atMs <= region.nowMs)?.state}`;
  }
  return told;
}
