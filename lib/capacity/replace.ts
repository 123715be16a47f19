/** Hosts that are given up whatever the load: interrupted, gone, failed, silent, from a pool that is left out, let go by an operator. */
import type { EndReason } from './actions';
import { isLeftOut } from './breaker';
import type { FleetSettings } from './fleet-state';
import type { Host } from './hosts';
import type { Memory } from './memory';

/** A host that has not written for so long is dead, or cannot be reached, which is the same to a router. */
export const SILENT_MS = 3 * 60_000;
/** Where all are silent it is rather the table that does not take their writes. */
const ALL_SILENT_MS = 10 * 60_000;
/** More than a minute, which is the time between two looks. */
const DEAF_MS = 90_000;
/** When the table takes writes again, or the controller looks again, so long is waited for those who have not written yet. */
const BACK_MS = 60_000;

/**
 * When it was last so that of several hosts none had been heard of for a while, and none of them was about to go. Of a single
 * one this would say nothing of the table.
 *
 * @param memory from before this look
 */
export function lastDeaf({ hosts, deafMs }: Pick<Memory, 'hosts' | 'deafMs'>, nowMs: number): number {
  const staying = Object.values(hosts).filter(
    ({ sequence, endAskedMs, endingMs }) => sequence !== null && endAskedMs === null && endingMs === null,
  );
  return staying.length > 1 && staying.every(({ movedMs }) => nowMs - movedMs >= DEAF_MS) ? nowMs : deafMs;
}

/** Why each host has to go; those that may stay are not in it. */
export function endings(
  hosts: readonly Host[],
  settings: FleetSettings,
  memory: Memory,
  nowMs: number,
): ReadonlyMap<Host, EndReason> {
  const silenceMs = nowMs - memory.deafMs < BACK_MS ? ALL_SILENT_MS : SILENT_MS;
  const ends = new Map<Host, EndReason>();
  for (const host of hosts) {
    const reason = host.stage === 'leaving' ? null : endOf(host, settings, memory, silenceMs, nowMs);
    if (reason !== null) ends.set(host, reason);
  }
  // One a look: what the first one's end brings is seen before the next one's.
  const silent = [...ends].filter(([, reason]) => reason === 'silent').map(([host]) => host);
  for (const host of silent.slice(1)) ends.delete(host);
  return ends;
}

/** Those that are given up for a reason, each in one look only: whose end was asked for before is not among them. */
export const givenUpFirst = (ends: ReadonlyMap<Host, EndReason>, reason: EndReason): readonly Host[] =>
  [...ends].filter(([host, why]) => why === reason && host.memory.endAskedMs === null).map(([host]) => host);

/**
 * Hosts lost to an interruption, each in one look only. One that was to go anyway is none; one that its group noticed first
 * is.
 *
 * @param before what was remembered of the hosts before this look
 */
export const interruptedFirst = (hosts: readonly Host[], before: Memory['hosts']): readonly Host[] =>
  hosts.filter(
    (host) => isInterrupted(host) && host.memory.endAskedMs === null && (before[host.id]?.endingMs ?? null) === null,
  );

const isInterrupted = ({ row, gone, market }: Host): boolean =>
  (isDraining(row) && row?.detail.startsWith('interruption') === true) || (gone && market === 'spot');

const isDraining = (row: Host['row']): boolean => row?.state === 'draining' || row?.state === 'drained';

function endOf(
  host: Host,
  { bootTimeoutMs }: FleetSettings,
  fleet: Memory,
  silenceMs: number,
  nowMs: number,
): EndReason | null {
  const { row, memory, launchMs } = host;
  if (isInterrupted(host)) return 'interrupted';
  if (host.gone || isDraining(row)) return 'gone';
  const failure: EndReason = memory.readyMs === null ? 'boot_failed' : 'engine_failed';
  if (row?.state === 'failed') return failure;
  if (fleet.letGo.includes(host.id)) return 'drained_by_operator';
  if (host.stage === 'ready') return null;
  if (row !== null && host.silentMs >= silenceMs) return 'silent';
  if (memory.readyMs === null && isLeftOut(fleet, host)) return 'left_out_pool';
  return nowMs - (memory.readyMs ?? launchMs) >= bootTimeoutMs ? failure : null;
}
