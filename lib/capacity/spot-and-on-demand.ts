/**
 * How many of each market: spot for all but the base, with replicas to spare where interruptions suggest it, one more for
 * each that is at risk, and on-demand instances in the place of spot ones that cannot be had, until those are ready.
 */
import { typicalBootMs } from './boot-timeline';
import type { FleetState, Market } from './fleet-state';
import type { Host } from './hosts';
import type { Memory } from './memory';

export interface Split {
  /** Instances of each market that there should be, before the hard maximum. */
  readonly targets: Readonly<Record<Market, number>>;
  readonly spotShortMs: number | null;
}

/**
 * A group lists an instance, or tells that it got none, within seconds. Where a look comes before that an on-demand instance
 * is started too many, which goes as soon as the spot one is ready.
 */
export const SPOT_GRACE_MS = 5_000;
/** So long a lost spot instance calls for one to spare. */
export const INTERRUPTION_COUNTS_MS = 6 * 3_600_000;
/** So long a pool that has lost an instance may well lose the next one. */
const RESTLESS_MS = 90 * 60_000;
/** After so long an instance of a restless pool is trusted. */
const PROVEN_MS = 7 * 60_000;

export interface Need {
  readonly wanted: number;
  /** In this hour. */
  readonly launchesLeft: number;
}

/** @param hosts those that stay */
export function split(
  { settings, groups }: FleetState,
  hosts: readonly Host[],
  memory: Memory,
  { wanted, launchesLeft }: Need,
  nowMs: number,
): Split {
  const clamped = memory.stage === 'clamp';
  const base = settings.spot ? Math.min(settings.onDemandBase, wanted) : wanted;
  const needed = wanted - base;
  const of = (market: Market): readonly Host[] => hosts.filter((host) => host.market === market);
  const [spot, onDemand] = [of('spot'), of('onDemand')];
  const sound = spot.filter(({ atRisk }) => !atRisk);
  const isReady = ({ stage }: Host): boolean => stage === 'ready';

  const spotShortMs = sound.length < needed ? (memory.spotShortMs ?? nowMs) : null;
  // Where one was lost its capacity is gone, and time is short: then nobody waits to see whether there is other.
  const isLoss = spotShortMs !== null && memory.interruptions.some(({ atMs }) => atMs >= spotShortMs);
  const cannotBeHad = spotShortMs !== null && (isLoss || nowMs - spotShortMs >= SPOT_GRACE_MS);
  const standIns = Math.max(0, onDemand.length - base);
  const missing = settings.onDemandFallback && cannotBeHad && !clamped ? needed - sound.length : 0;
  // One that stands in stays until a spot instance is ready in its place, and is trusted; or else until it could be launched again.
  const couldReturn = launchesLeft >= wanted;
  const trusted = sound.filter((host) => couldReturn && isReady(host) && isTrusted(host, memory, nowMs));
  const fallback = Math.min(Math.max(standIns, missing), Math.max(0, needed - trusted.length));

  const readySound = hosts.filter((host) => isReady(host) && !host.atRisk).length;
  const atRisk = readySound < wanted ? spot.length - sound.length : 0;
  const spare = needed > 0 && !clamped ? (settings.extraSpot ?? suggestedSpare(memory, nowMs)) : 0;
  return {
    targets: {
      spot: needed > 0 ? needed + spare + atRisk + surge(spot, groups.spot.templateVersion) : 0,
      onDemand: base + fallback + (wanted > 0 ? surge(onDemand, groups.onDemand.templateVersion) : 0),
    },
    spotShortMs,
  };
}

const suggestedSpare = ({ interruptions }: Memory, nowMs: number): number =>
  interruptions.some(({ atMs }) => nowMs - atMs < INTERRUPTION_COUNTS_MS) ? 1 : 0;

function isTrusted({ type, zone, launchMs }: Host, { interruptions, boots }: Memory, nowMs: number): boolean {
  const isRestless = interruptions.some(
    (one) => one.type === type && one.zone === zone && nowMs - one.atMs < RESTLESS_MS,
  );
  return !isRestless || nowMs - launchMs >= typicalBootMs(boots) + PROVEN_MS;
}

/** Outdated hosts are replaced one by one: by one more than there should be, until one can go. */
const surge = (hosts: readonly Host[], version: string | null): number =>
  version !== null && hosts.some(({ outdated, stage }) => outdated && stage === 'ready') ? 1 : 0;
