/**
 * What failed boots lead to: a pool (a type in a zone) that failed twice is left out, and after three failures in a row the
 * fleet is broken, since the next one would fail too, at the price of a GPU. A new launch template or `retry` clears both.
 */
import type { Host } from './hosts';
import type { FailedBoot, Memory } from './memory';

export const POOL_FAILURES = 2;
export const FLEET_FAILURES = 3;
/** Then a pool may be better. */
const FORGET_MS = 24 * 3_600_000;
const KEPT_BOOTS = 5;

export type Boots = Pick<Memory, 'failedBoots' | 'bootedMs' | 'failedVersion' | 'bootsMs'>;

export const isBroken = ({ failedBoots, bootedMs }: Boots): boolean =>
  failedBoots.filter(({ atMs }) => atMs > bootedMs).length >= FLEET_FAILURES;

export const isLeftOut = ({ failedBoots }: Boots, { type, zone }: Pick<Host, 'type' | 'zone'>): boolean =>
  failedBoots.filter((one) => one.type === type && one.zone === zone).length >= POOL_FAILURES;

/**
 * @param failed hosts whose boot has failed; each is counted once
 * @param booted hosts that are ready for the first time
 */
export function rememberBoots(
  before: Boots,
  version: string | null,
  failed: readonly Host[],
  booted: readonly Host[],
  nowMs: number,
): Boots {
  const clean = version !== before.failedVersion;
  const known = clean ? [] : before.failedBoots.filter(({ atMs }) => isBroken(before) || nowMs - atMs < FORGET_MS);
  const added = failed
    .filter(({ id }) => !known.some((one) => one.id === id))
    .map(({ id, type, zone, row }): FailedBoot => ({ id, atMs: nowMs, type, zone, phase: phaseOf(row) }));
  return {
    failedBoots: [...known, ...added].slice(-20),
    failedVersion: version,
    bootedMs: booted.length > 0 ? nowMs : before.bootedMs,
    bootsMs: [...before.bootsMs, ...booted.map(({ launchMs }) => nowMs - launchMs)].slice(-KEPT_BOOTS),
  };
}

const phaseOf = (row: Host['row']): string =>
  row === null ? 'no sign of life' : row.state === 'failed' ? row.detail : `${row.state} for too long`;

/** A boot as measured lately; until there is one, a guess on the long side. */
export function typicalBootMs(bootsMs: readonly number[]): number {
  const sorted = bootsMs.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? DEFAULT_BOOT_MS;
}

export const DEFAULT_BOOT_MS = 8 * 60_000;
