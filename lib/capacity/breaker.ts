/**
 * What failed boots lead to: a pool (a type in a zone) that failed twice is left out, and after three failures in a row the
 * fleet is broken, since the next one would fail too, at the price of a GPU. A new launch template or `retry` clears both.
 */
import type { BootTimeline } from '../tables/fleet-row';
import { NO_TIMELINE } from './boot-timeline';
import type { Host } from './hosts';
import type { FailedBoot, Memory } from './memory';

export const POOL_FAILURES = 2;
export const FLEET_FAILURES = 3;
/** Then a pool may be better. */
const FORGET_MS = 24 * 3_600_000;
const KEPT_BOOTS = 5;

export type Boots = Pick<Memory, 'failedBoots' | 'bootedMs' | 'failedVersion' | 'boots'>;

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
    boots: [...before.boots, ...booted.map((host) => timelineOf(host, nowMs))].slice(-KEPT_BOOTS),
  };
}

/** Why it failed is in the host's log. */
function phaseOf(row: Host['row']): string {
  if (row === null) return 'no sign of life';
  if (row.state !== 'failed') return `${row.state} for too long`;
  return row.detail.split(':', 1)[0] ?? '';
}

/** Without the host's own word there are its launch and now. */
const timelineOf = ({ row, launchMs }: Host, nowMs: number): BootTimeline => {
  const told = row?.timeline ?? NO_TIMELINE;
  return { ...told, launchedMs: told.launchedMs ?? launchMs, firstTokenMs: told.firstTokenMs ?? nowMs };
};
