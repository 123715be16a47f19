/**
 * How many instances each group is to launch within the hard maximum, which counts every instance that costs money.
 *
 * What a group was asked for and has not launched yet it may launch at any moment. Room that such a wish takes is given to
 * the other group only when the wish is seen to be withdrawn, one run later: otherwise both might launch.
 */
import type { FleetState, Market } from './fleet-state';
import { type Host, isEnding } from './hosts';

export type Launches = Readonly<Record<Market, number>>;

export interface Allowance {
  /** Instances that may be added to those that cost money now. */
  readonly room: number;
  /** Launches that are left in this hour. */
  readonly left: number;
  /** Those of them that are for on-demand instances: the last launch of an hour is to bring one that stays. */
  readonly keptBack: number;
}

/**
 * On-demand instances first: they are the base, or stand in for spot ones that cannot be had.
 *
 * @param kept hosts that stay
 */
export function share(
  groups: FleetState['groups'],
  targets: Launches,
  hosts: readonly Host[],
  kept: readonly Host[],
  { room, left, keptBack }: Allowance,
): Launches {
  const missing = (market: Market): number => Math.max(0, targets[market] - countOf(kept, market));
  const wish = (market: Market): number => {
    const members = hosts.filter((host) => host.market === market && !isEnding(host.lifecycle));
    return Math.max(0, groups[market].desired - members.length);
  };
  const all = Math.max(0, Math.min(room, left));
  const onDemandGoal = Math.min(missing('onDemand'), all);
  const spotGoal = Math.max(0, Math.min(missing('spot'), all - onDemandGoal, left - keptBack));
  const free = room - wish('spot') - wish('onDemand');
  const onDemand = Math.max(0, Math.min(onDemandGoal, wish('onDemand') + free));
  const freeThen = free - Math.max(0, onDemand - wish('onDemand'));
  return { onDemand, spot: Math.max(0, Math.min(spotGoal, wish('spot') + freeThen)) };
}

const countOf = (hosts: readonly Host[], market: Market): number =>
  hosts.filter((host) => host.market === market).length;
