/** A replica's row as a host writes it that is ready and has nothing to do. */
import type { FleetReplicaRow } from '../../lib/tables/fleet-row';

export const readyReplica = (url: string): FleetReplicaRow => ({
  fleet: 'llama',
  id: 'replica#i-1',
  state: 'ready',
  url,
  certificateSha256: '',
  heartbeatMs: Date.now(),
  sequence: 1,
  running: 0,
  waiting: 0,
  kvUse: 0,
  detail: '',
});
