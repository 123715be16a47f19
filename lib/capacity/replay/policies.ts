/** What a fleet without our controller does. The same hosts, groups and market for all: only who decides differs. */
import { MARKETS, type Market } from '../fleet-state';
import { isEnding, stateOf } from './host';
import type { Policy } from './play';
import type { Region } from './region';

export const onDemandOnly = (demand: number): Policy => fixed('on-demand', { spot: 0, onDemand: demand });

export const spotOnly = (demand: number): Policy => fixed('spot', { spot: demand, onDemand: 0 });

/** A quarter on demand, the rest spot: a group never turns a spot instance that it cannot get into an on-demand one. */
export function mixedGroup(demand: number): Policy {
  const onDemand = Math.ceil(demand / 4);
  return fixed('mixed', { spot: demand - onDemand, onDemand });
}

/** Groups replace what they lose by themselves. */
const fixed = (name: string, sizes: Readonly<Record<Market, number>>): Policy => ({
  name,
  look: (region) => {
    letHooksPass(region);
    for (const market of MARKETS) resize(region, market, sizes[market]);
  },
});

/** Spot over all zones; at a notice an on-demand instance is started, which goes when spot is ready again. */
export const naive = (demand: number): Policy => ({
  name: 'naive',
  look: (region) => {
    letHooksPass(region);
    resize(region, 'spot', demand);
    const sound = region.ready('spot').filter(({ takenMs }) => takenMs === null).length;
    const needed = Math.max(0, demand - sound);
    const standIns = region.live('onDemand').filter((host) => !isEnding(host));
    if (standIns.length < needed) resize(region, 'onDemand', needed);
    else for (const { id } of standIns.slice(needed)) region.terminate(id);
  },
});

function resize(region: Region, market: Market, size: number): void {
  if (region.groups[market].desired !== size) region.setDesired(market, size);
}

function letHooksPass(region: Region): void {
  for (const host of region.hosts) {
    const state = stateOf(host, region.nowMs);
    if (host.lifecycle === 'Pending:Wait' && state === 'ready') region.completeHook(host.id, 'boot');
    const busy = host.endMs === null && (state === 'ready' || state === 'draining');
    if (host.lifecycle === 'Terminating:Wait' && !busy) region.completeHook(host.id, 'drain');
  }
}
