/** What our controller and others make of a record of spot capacity: `replay`. */
import type { FleetSettings } from '../fleet-state';
import { STOP_BEFORE_END_MS } from '../drain';
import { hybrid } from './hybrid';
import { type MarketOptions, type Played, type Policy, type Span, play } from './play';
import { mixedGroup, naive, onDemandOnly, spotOnly } from './policies';
import { type Minutes, type RequestCounts, addMinutes, countRequests } from './requests';
import { type PoolTrace, changesMs, countAt, lengthMs } from './trace';

export interface ReplayOptions extends MarketOptions {
  /** Replicas that are wanted all the time. */
  readonly demand: number;
  /** Spot replicas to spare; `null`: one while one was lost in the last six hours. */
  readonly extraSpot: number | null;
  /** Seconds that answers take, each as likely as the others. */
  readonly answerSeconds: readonly number[];
}

/** Costs are US dollars where an on-demand instance costs one an hour. */
export interface ReplayResult extends RequestCounts {
  readonly policy: string;
  readonly hours: number;
  readonly costUsd: number;
  readonly onDemandCostUsd: number;
  /** The cheapest that serves all the time: it knows the future, and its instances are ready when it wants them. */
  readonly omniscientCostUsd: number;
  /** Part of what can be saved that was. `null`: nothing can be. */
  readonly savingShare: number | null;
  /** Replicas that took requests, of those wanted, over the time. */
  readonly availability: number;
  /** Part of the time in which all that are wanted took requests. */
  readonly fullAvailability: number;
  readonly interruptions: number;
  /** When nobody took requests, in minutes from the start. */
  readonly nothingReady: readonly Minutes[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** What a replica serves at once, and part of what is wanted that is asked for. */
const CONCURRENCY = 32;
const LOAD = 0.7;

/** Ours is the first. */
export function policies(options: ReplayOptions): readonly [Policy, ...Policy[]] {
  const { demand } = options;
  return [hybrid(settingsOf(options)), naive(demand), mixedGroup(demand), spotOnly(demand), onDemandOnly(demand)];
}

/** A fleet that always wants as many replicas, with room to replace all of them at once. */
const settingsOf = ({ demand, extraSpot, bootMs }: ReplayOptions): FleetSettings => ({
  fleet: 'replay',
  minReplicas: demand,
  maxReplicas: mostOf(demand),
  idleMs: 20 * MINUTE_MS,
  wake: 'fair',
  schedules: [],
  spot: true,
  onDemandBase: 0,
  extraSpot,
  onDemandFallback: true,
  concurrency: CONCURRENCY,
  instanceTypes: [],
  // A boot that takes as long as it was said to has not failed.
  bootTimeoutMs: Math.max(30 * MINUTE_MS, 2 * bootMs),
});

const mostOf = (demand: number): number => 2 * demand + 2;

export function replay(pools: readonly PoolTrace[], policy: Policy, options: ReplayOptions): ReplayResult {
  const { demand, noticeMs, answerSeconds } = options;
  const played = play(pools, policy, mostOf(demand), options);
  const hours = played.lengthMs / HOUR_MS;
  const onDemandCostUsd = demand * hours;
  const omniscientCostUsd = omniscient(pools, options);
  const saved = onDemandCostUsd - omniscientCostUsd;
  const drainMs = Math.max(0, noticeMs - STOP_BEFORE_END_MS);
  return {
    policy: policy.name,
    hours,
    costUsd: played.cost,
    onDemandCostUsd,
    omniscientCostUsd,
    savingShare: saved > 0 ? (onDemandCostUsd - played.cost) / saved : null,
    availability: share(played, ({ serving }) => Math.min(serving, demand) / demand),
    fullAvailability: share(played, ({ serving }) => Number(serving >= demand)),
    interruptions: played.interruptions,
    ...countRequests(played.spans, { demand, concurrency: CONCURRENCY, load: LOAD, answerSeconds, drainMs }),
    nothingReady: emptyMinutes(played.spans),
  };
}

/** As many spot instances as there are, and on-demand ones for the rest, at every moment. */
function omniscient(pools: readonly PoolTrace[], { demand, spotRatio }: ReplayOptions): number {
  const moments = [...changesMs(pools), lengthMs(pools)];
  return moments.slice(0, -1).reduce((cost, fromMs, at) => {
    const hours = ((moments[at + 1] ?? fromMs) - fromMs) / HOUR_MS;
    const spot = Math.min(
      demand,
      pools.reduce((sum, pool) => sum + countAt(pool, fromMs), 0),
    );
    return cost + hours * (spot * spotRatio + demand - spot);
  }, 0);
}

const share = ({ spans, lengthMs: all }: Played, of: (span: Span) => number): number =>
  spans.reduce((sum, span) => sum + of(span) * (span.toMs - span.fromMs), 0) / all;

function emptyMinutes(spans: readonly Span[]): readonly Minutes[] {
  const empty: Minutes[] = [];
  for (const { fromMs, toMs, serving } of spans) if (serving === 0) addMinutes(empty, fromMs, toMs);
  return empty;
}
