/** Which open lifecycle hooks are completed: of hosts that are ready, that have drained, and of the dead. */
import { type Action, BOOT_HOOK, DRAIN_HOOK } from './actions';
import type { Host } from './hosts';

/** A host that drains beats every two seconds, and the controller looks once a minute. */
const DEAD_MS = 60_000;
/** A drain is over in two minutes by the host's own limits. */
export const LONGEST_DRAIN_MS = 5 * 60_000;

/** @param ending hosts that are about to be terminated: a group ends only what it counts as in service */
export function hooksToComplete(hosts: readonly Host[], ending: ReadonlySet<Host>, nowMs: number): readonly Action[] {
  return hosts.flatMap((host): Action[] => {
    const { id: instanceId, market, lifecycle } = host;
    if (lifecycle === 'Pending:Wait' && (host.stage === 'ready' || ending.has(host))) {
      return [{ kind: 'completeHook', market, instanceId, hook: BOOT_HOOK }];
    }
    if (lifecycle === 'Terminating:Wait' && hasNothingToFinish(host, nowMs)) {
      return [{ kind: 'completeHook', market, instanceId, hook: DRAIN_HOOK }];
    }
    return [];
  });
}

function hasNothingToFinish({ row, gone, silentMs, memory }: Host, nowMs: number): boolean {
  if (gone || row === null || silentMs >= DEAD_MS) return true;
  if (memory.endingMs !== null && nowMs - memory.endingMs >= LONGEST_DRAIN_MS) return true;
  return row.state !== 'ready' && row.state !== 'draining';
}
