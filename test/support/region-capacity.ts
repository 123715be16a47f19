/** The controller's hands in a modelled region. */
import type { Capacity } from '../../lambda/fleet-controller/capacity';
import type { Market } from '../../lib/capacity/fleet-state';
import type { FakeRegion } from './fake-auto-scaling';

/** Names of the model's two groups. */
export const GROUPS = { spot: 'group-spot', onDemand: 'group-on-demand' } as const satisfies Record<Market, string>;

export interface RegionCalls {
  /** What was done, in its order. */
  readonly calls: string[];
  /** Called before each call; throws to make it fail. */
  beforeCall: (call: string) => void | Promise<void>;
}

export function regionCapacity(region: FakeRegion, on: RegionCalls): Capacity {
  const call = async (what: string, act: () => void): Promise<void> => {
    await Promise.resolve();
    await on.beforeCall(what);
    on.calls.push(what);
    act();
  };
  const groupOf = (name: string): FakeRegion['groups'][Market] => region.groups[marketOf(name)];
  return {
    groups: async () =>
      new Map([
        [GROUPS.spot, region.group('spot')],
        [GROUPS.onDemand, region.group('onDemand')],
      ]),
    instances: async () => new Map([[region.fleet, region.ec2()]]),
    setDesired: (group, desired) =>
      call(`setDesired ${group} ${desired}`, () => region.setDesired(marketOf(group), desired)),
    terminate: (id) => call(`terminate ${id}`, () => region.terminate(id)),
    completeHook: (_group, id, hook) => call(`completeHook ${id} ${hook}`, () => region.completeHook(id, hook)),
    suspend: (group, process) => call(`suspend ${group} ${process}`, () => void groupOf(group).suspended.add(process)),
    resume: (group, process) => call(`resume ${group} ${process}`, () => void groupOf(group).suspended.delete(process)),
  };
}

const marketOf = (group: string): Market => (group === GROUPS.spot ? 'spot' : 'onDemand');
