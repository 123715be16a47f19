/**
 * What of the fleet table's stream wakes the controller: commands, requests that wait or were covered, a host's change of
 * state, and a host that is newly at risk. Heartbeats are all the rest, and never pass. Lambda takes five filters.
 */
import { COMMAND_PREFIX } from '../../lib/tables/command-row';
import { REPLICA_PREFIX, type ReplicaState } from '../../lib/tables/fleet-row';
import { FLEET_TABLE_KEY } from '../../lib/tables/key-schemas';
import { WAKE_ID } from '../../lib/tables/wake-row';

/** Patterns in EventBridge's notation. `booting` and `warming` change nothing that a look once a minute would not see in time. */
export const STREAM_FILTERS: readonly object[] = [
  { dynamodb: { Keys: idIs([WAKE_ID, { prefix: COMMAND_PREFIX }]) } },
  becomes(['ready']),
  becomes(['draining']),
  becomes(['drained', 'failed']),
  {
    dynamodb: {
      Keys: idIs([{ prefix: REPLICA_PREFIX }]),
      NewImage: { atRisk: { BOOL: [true] } },
      OldImage: { atRisk: { BOOL: [false, { exists: false }] } },
    },
  },
];

function becomes(states: readonly ReplicaState[]): object {
  return {
    dynamodb: {
      Keys: idIs([{ prefix: REPLICA_PREFIX }]),
      NewImage: { state: { S: states } },
      OldImage: { state: { S: [{ 'anything-but': states }] } },
    },
  };
}

function idIs(matches: readonly unknown[]): object {
  return { [FLEET_TABLE_KEY.sort]: { S: matches } };
}
