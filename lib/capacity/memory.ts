/**
 * What the controller has to remember between two runs, beside what it can see: small JSON in its status row. Entries about
 * instances go when the instance does.
 */
import type { KillStage } from '../tables/command-row';
import type { BootTimeline } from '../tables/fleet-row';

export interface Memory {
  /** Number of replicas → when so many were last needed. */
  readonly neededMs: Readonly<Record<string, number>>;
  /** Number of replicas → when so many were last wanted. */
  readonly wantedMs: Readonly<Record<string, number>>;
  /** Where `coveredNanoUsd` of the wake row stood when the fleet was last awake. */
  readonly coveredFromNanoUsd: number;
  readonly hosts: Readonly<Record<string, HostMemory>>;
  /** When it was last seen that of all hosts none had been heard of for a while; 0: never. */
  readonly deafMs: number;
  /** Since when there are fewer spot instances than are wanted; `null`: there are enough. */
  readonly spotShortMs: number | null;
  /** Pools that lost a spot instance to an interruption lately, each with when it last did. */
  readonly interruptions: readonly Interruption[];
  readonly failedBoots: readonly FailedBoot[];
  /** When a host last became ready that had just been launched. */
  readonly bootedMs: number;
  /** Version of the launch template that those boots failed with. */
  readonly failedVersion: string | null;
  /** The last boots that came to their end. */
  readonly boots: readonly BootTimeline[];
  /** An operator wants no replica. */
  readonly drained: boolean;
  /** Instances that an operator wants gone, each until no group lists it. */
  readonly letGo: readonly string[];
  readonly stage: KillStage | 'none';
}

export interface HostMemory {
  /** When it was first seen. */
  readonly sinceMs: number;
  /** The last count of heartbeats, and when it was first seen: no two clocks are compared. */
  readonly sequence: number | null;
  readonly movedMs: number;
  /** When it was last ready; `null`: not yet. */
  readonly readyMs: number | null;
  /** When its termination was last asked for; `null`: not. */
  readonly endAskedMs: number | null;
  /** Since when its group ends it; `null`: it does not. */
  readonly endingMs: number | null;
  /** The last count of its engine's failures. Absent: it has told none. */
  readonly engineFailures?: number;
}

export interface Interruption {
  readonly atMs: number;
  readonly type: string;
  readonly zone: string;
}

export interface FailedBoot {
  readonly id: string;
  readonly atMs: number;
  readonly type: string;
  readonly zone: string;
  /** Where it failed, such as `image` or `weights`. */
  readonly phase: string;
}

export const NO_MEMORY: Memory = {
  neededMs: {},
  wantedMs: {},
  coveredFromNanoUsd: 0,
  hosts: {},
  deafMs: 0,
  spotShortMs: null,
  interruptions: [],
  failedBoots: [],
  bootedMs: 0,
  failedVersion: null,
  boots: [],
  drained: false,
  letGo: [],
  stage: 'none',
};

/** What an older version wrote is taken over as far as it is known. `undefined` or broken: nothing is remembered. */
export function readMemory(text: string | undefined): Memory {
  try {
    return { ...NO_MEMORY, ...(JSON.parse(text ?? '{}') as Partial<Memory>) };
  } catch {
    return NO_MEMORY;
  }
}

/** The largest number that was there less than `withinMs` ago; 0: none was. */
export const largestWithin = (seenMs: Readonly<Record<string, number>>, withinMs: number, nowMs: number): number =>
  Math.max(
    0,
    ...Object.entries(seenMs)
      .filter(([, atMs]) => nowMs - atMs < withinMs)
      .map(([count]) => Number(count)),
  );

/** With `count` seen now, and without what is older than `keptMs`. */
export function seen(
  seenMs: Readonly<Record<string, number>>,
  count: number,
  keptMs: number,
  nowMs: number,
): Readonly<Record<string, number>> {
  const kept = Object.fromEntries(Object.entries(seenMs).filter(([, atMs]) => nowMs - atMs < keptMs));
  return count > 0 ? { ...kept, [count]: nowMs } : kept;
}
