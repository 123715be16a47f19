/** Which hosts go where there are more than there should be, and which is the next outdated one. */
import type { EndReason } from './actions';
import { MARKETS, type Market } from './fleet-state';
import type { Host } from './hosts';

/** @param hosts those that stay so far */
export function surplus(
  hosts: readonly Host[],
  targets: Readonly<Record<Market, number>>,
  wanted: number,
): ReadonlyMap<Host, EndReason> {
  const ends = new Map<Host, EndReason>();
  for (const market of MARKETS) {
    const here = hosts.filter((host) => host.market === market).toSorted(firstToGo);
    for (const host of here.slice(0, Math.max(0, here.length - targets[market]))) {
      ends.set(host, host.atRisk ? 'at_risk' : 'surplus');
    }
  }
  const ready = hosts.filter((host) => host.stage === 'ready' && !ends.has(host));
  const outdated = ready.filter((host) => host.outdated).toSorted(firstToGo)[0];
  if (wanted > 0 && outdated !== undefined && ready.length > wanted) ends.set(outdated, 'outdated');
  return ends;
}

/** At risk, then not ready, then outdated, then the least busy. */
const firstToGo = (one: Host, other: Host): number => rank(one) - rank(other) || one.launchMs - other.launchMs;

const rank = ({ atRisk, stage, outdated, row }: Host): number =>
  (atRisk ? 0 : 1e9) +
  (stage === 'coming' ? 0 : 1e8) +
  (outdated ? 0 : 1e7) +
  Math.min((row?.running ?? 0) + (row?.waiting ?? 0), 1e6);
