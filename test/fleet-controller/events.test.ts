/** What of the fleet table's stream reaches the controller, and what of that is worth a look. */
import { STREAM_FILTERS } from '../../constructs/vllm-fleet/stream-filters';
import { isWorthALook } from '../../lambda/fleet-controller/events';
import type { Item } from '../../lib/tables/attributes';
import { commandItem } from '../../lib/tables/command-item';
import { fleetItem } from '../../lib/tables/fleet-item';
import { type FleetReplicaRow, REPLICA_STATES } from '../../lib/tables/fleet-row';
import { statusItem } from '../../lib/tables/status-item';
import { type Change, passes } from '../support/table-stream';

const change = (now: Item | undefined, before?: Item): Change => {
  const { fleet, id } = now ?? before ?? {};
  return {
    dynamodb: {
      Keys: { ...(fleet && { fleet }), ...(id && { id }) },
      ...(now && { NewImage: now }),
      ...(before && { OldImage: before }),
    },
  };
};

const row = (changes: Partial<FleetReplicaRow> = {}): Item =>
  fleetItem({
    fleet: 'small',
    id: 'replica#i-1',
    state: 'ready',
    url: '',
    certificateSha256: '',
    heartbeatMs: 1,
    sequence: 1,
    running: 0,
    waiting: 0,
    kvUse: 0,
    detail: '',
    ...changes,
  });
const wake = (heldMs: number, covered = 0): Item => ({
  fleet: { S: 'small' },
  id: { S: 'wake' },
  heldMs: { N: String(heldMs) },
  coveredNanoUsd: { N: String(covered) },
});
const command = commandItem({ fleet: 'small', id: 'command#1', command: 'drain', stage: 'none', givenMs: 1 });

test('Lambda takes five filters', () => {
  expect(STREAM_FILTERS.length).toBeLessThanOrEqual(5);
});

test.each(REPLICA_STATES.flatMap((from) => REPLICA_STATES.map((to) => [from, to] as const)))('%s → %s', (from, to) => {
  const told = ['ready', 'draining', 'drained', 'failed'];
  const one = change(row({ state: to, sequence: 2 }), row({ state: from }));
  const group = (state: string): string => (state === 'failed' ? 'drained' : state);
  expect(passes(one)).toBe(told.includes(to) && group(from) !== group(to));
  expect(isWorthALook({ Records: [one] })).toBe(from !== to);
});

test('a heartbeat never passes, whatever it says of the load', () => {
  const one = change(row({ sequence: 2, running: 9, waiting: 3, kvUse: 1, heartbeatMs: 2_000 }), row());
  expect([passes(one), isWorthALook({ Records: [one, one] })]).toEqual([false, false]);
});

test.each<[string, Change, boolean, boolean]>([
  ['a command', change(command), true, true],
  ['the end of a command’s row', change(undefined, command), true, true],
  ['a first request that waits', change(wake(100_000)), true, true],
  ['requests that go on waiting', change(wake(101_000), wake(100_000)), true, false],
  ['a request that waits later', change(wake(200_000), wake(100_000)), true, true],
  ['a request that was covered', change(wake(0, 5), wake(0, 4)), true, false],
  ['a host at risk', change(row({ atRisk: true }), row({ atRisk: false })), true, true],
  ['a host at risk that was silent of it', change(row({ atRisk: true }), row()), true, true],
  ['a host that stays at risk', change(row({ atRisk: true, sequence: 2 }), row({ atRisk: true })), false, false],
  [
    'the controller’s own status',
    change(
      statusItem({
        fleet: 'small',
        state: 'ready',
        wanted: 1,
        readyReplicas: 1,
        etaMs: null,
        reason: '',
        version: 2,
        changedMs: 1,
      }),
    ),
    false,
    false,
  ],
])('%s', (_what, one, through, worth) => {
  expect([passes(one), isWorthALook({ Records: [one] })]).toEqual([through, worth]);
});

test('a tick and a notification are always worth a look', () => {
  expect([{}, null, { source: 'aws.events' }].map(isWorthALook)).toEqual([true, true, true]);
  expect(isWorthALook({ Records: [{ EventSource: 'aws:sns', Sns: { Message: '{}' } }] })).toBe(true);
});
