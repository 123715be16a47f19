/** What a controller says of a fleet: that it wakes, unless the test has it otherwise. */
import type { FleetStatusRow } from '../../lib/tables/status-row';

export const statusOf = (rest: Partial<FleetStatusRow> = {}): FleetStatusRow => ({
  fleet: 'llama',
  state: 'waking',
  wanted: 1,
  readyReplicas: 0,
  etaMs: null,
  reason: '',
  version: 1,
  changedMs: 0,
  ...rest,
});
