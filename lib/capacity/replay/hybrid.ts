/** The fleet controller over a record: the very `decide` that runs in an account. */
import type { Action } from '../actions';
import { type Decision, decide } from '../decide';
import type { FleetSettings } from '../fleet-state';
import { NO_MEMORY } from '../memory';
import type { Policy } from './play';
import type { Region } from './region';

export function hybrid(settings: FleetSettings): Policy {
  let last: Decision | null = null;
  return {
    name: 'hybrid',
    look: (region) => {
      last = decide(
        {
          settings,
          groups: { spot: region.group('spot'), onDemand: region.group('onDemand') },
          ec2: region.ec2(),
          replicas: region.rows(),
          wake: null,
          commands: [],
          weightsComplete: true,
          status: last?.status ?? null,
          memory: last?.memory ?? NO_MEMORY,
          hostUsdPerHour: 1,
        },
        region.nowMs,
      );
      for (const action of last.actions) act(region, action);
    },
  };
}

/** What the controller's hands do in an account. */
export function act(region: Region, action: Action): void {
  switch (action.kind) {
    case 'suspend':
      return void region.groups[action.market].suspended.add(action.process);
    case 'resume':
      return void region.groups[action.market].suspended.delete(action.process);
    case 'completeHook':
      return region.completeHook(action.instanceId, action.hook);
    case 'terminate':
      return region.terminate(action.instanceId);
    case 'setDesired':
      return region.setDesired(action.market, action.desired);
    case 'deleteRow':
      return undefined;
  }
}
