/** What people see of fleets, out of rows and instances. */
import { overviewText } from '../../bin/commands/overview-text';
import { type FleetOverview, overview } from '../../lib/capacity/overview';
import type { Host } from '../../lib/spend/gpu-cost';
import type { Item } from '../../lib/tables/attributes';
import { number, text } from '../../lib/tables/attributes';
import { commandItem } from '../../lib/tables/command-item';
import { fleetItem } from '../../lib/tables/fleet-item';
import type { FleetReplicaRow } from '../../lib/tables/fleet-row';
import { statusItem } from '../../lib/tables/status-item';
import { statusOf } from '../support/fleet-status';

const NOW = 1_000_000_000;

const row = (id: string, rest: Partial<FleetReplicaRow> = {}): Item =>
  fleetItem({
    fleet: 'llama',
    id: `replica#${id}`,
    state: 'ready',
    url: 'https://10.0.0.1:8443',
    certificateSha256: 'ab',
    heartbeatMs: NOW - 2_000,
    sequence: 1,
    running: 3,
    waiting: 1,
    kvUse: 0.5,
    detail: '',
    ...rest,
  });

const host = (id: string, rest: Partial<Host> = {}): Host => ({
  id,
  fleet: 'llama',
  instanceType: 'g6.xlarge',
  zone: 'us-east-1a',
  spot: true,
  launchMs: NOW,
  live: true,
  endMs: null,
  ...rest,
});

const see = (items: readonly Item[], hosts: readonly Host[] = [], names: readonly string[] = []): FleetOverview[] => [
  ...overview({ items, hosts, names, nowMs: NOW }),
];

const only = (items: readonly Item[], hosts: readonly Host[] = []): FleetOverview =>
  see(items, hosts, ['llama'])[0] as FleetOverview;

test('a fleet of which nobody has written a row is shown all the same', () => {
  expect(only([])).toMatchObject({ fleet: 'llama', state: 'unknown', wanted: null, ready: 0, replicas: [] });
  expect(overviewText([only([])])).toContain('its controller has not said anything');
  expect(overviewText([])).toBe('no fleets\n');
});

test('fleets stand by name, each with its own rows', () => {
  const fleets = see([row('i-2', { fleet: 'b' }), row('i-1', { fleet: 'a' })], [host('i-3', { fleet: 'c' })], ['d']);
  expect(fleets.map(({ fleet, replicas }) => [fleet, replicas.map(({ instance }) => instance)])).toEqual([
    ['a', ['i-1']],
    ['b', ['i-2']],
    ['c', ['i-3']],
    ['d', []],
  ]);
});

test('the queue is that of replicas that serve, and of no silent or draining one', () => {
  const fleet = only([
    row('i-1'),
    row('i-2', { running: 5, waiting: 0 }),
    row('i-3', { heartbeatMs: NOW - 15_000 }),
    row('i-4', { state: 'draining' }),
  ]);
  expect(fleet).toMatchObject({ ready: 2, running: 8, waiting: 1 });
  expect(fleet.replicas.map(({ instance, isSilent }) => [instance, isSilent])).toEqual([
    ['i-1', false],
    ['i-2', false],
    ['i-3', true],
    ['i-4', false],
  ]);
});

test('those that have ended stand last and are not called silent', () => {
  const ended = { heartbeatMs: NOW - 600_000 };
  const { replicas } = only([
    row('i-1', { state: 'drained', ...ended }),
    row('i-2', { state: 'failed', detail: 'weights', ...ended }),
    row('i-3', { state: 'booting' }),
    row('i-4', { state: 'warming' }),
    row('i-5'),
  ]);
  expect(replicas.map(({ state, isSilent }) => [state, isSilent])).toEqual([
    ['ready', false],
    ['warming', false],
    ['booting', false],
    ['failed', false],
    ['drained', false],
  ]);
});

test('interruptions are those of hosts that EC2 took back, the latest first', () => {
  const taken = { state: 'drained', detail: 'interruption' } as const;
  const { interruptions } = only([
    row('i-1', { ...taken, heartbeatMs: NOW - 600_000 }),
    row('i-2', { state: 'draining', detail: 'interruption', heartbeatMs: NOW - 1_000 }),
    row('i-3', { state: 'drained', detail: 'termination' }),
    row('i-4', { detail: 'interruption' }),
  ]);
  expect(interruptions).toEqual([
    { instance: 'i-2', secondsAgo: 1 },
    { instance: 'i-1', secondsAgo: 600 },
  ]);
});

test('EC2 tells the kind of a host, and those that have not written anything yet', () => {
  const { replicas } = only(
    [row('i-1'), row('i-2')],
    [host('i-1'), host('i-3', { spot: false, zone: 'us-east-1b' }), host('i-4', { live: false })],
  );
  expect(replicas.map(({ instance, state, host: kind }) => [instance, state, kind])).toEqual([
    ['i-1', 'ready', { kind: 'spot', type: 'g6.xlarge', zone: 'us-east-1a' }],
    ['i-2', 'ready', null],
    ['i-3', 'booting', { kind: 'on-demand', type: 'g6.xlarge', zone: 'us-east-1b' }],
  ]);
});

test('a person reads all of it, with what to do', () => {
  const items = [
    statusItem(statusOf({ state: 'degraded', wanted: 2, etaMs: NOW + 130_000, reason: 'boots_failed' })),
    { fleet: text('llama'), id: text('wake'), heldMs: number(NOW - 5_000) },
    commandItem({ fleet: 'llama', id: 'command#1', command: 'retry', stage: 'none', givenMs: NOW - 90_000 }),
    commandItem({ fleet: 'llama', id: 'command#2', command: 'drain', stage: 'none', instance: 'i-1', givenMs: NOW }),
    row('i-1', { atRisk: true }),
    row('i-2', { state: 'booting', detail: 'weights', heartbeatMs: NOW - 40_000 }),
    row('i-3', { state: 'drained', detail: 'interruption', heartbeatMs: NOW - 3_600_000 }),
  ];
  const lines = overviewText([only(items, [host('i-1')])]).split('\n');
  expect(lines[0]).toBe(
    'llama: degraded, 1 ready of 2 wanted, the next in 2 min 10 s, its boots fail; see `logs`, then `fleet retry`',
  );
  expect(lines.slice(1)).toEqual([
    '  i-1  ready                   spot g6.xlarge us-east-1a  3 running, 1 waiting, KV cache 50 %, at risk of interruption',
    '  i-2  booting (weights)                                  silent for 40 s',
    '  i-3  drained (interruption)',
    '  queue: 3 running, 1 waiting',
    '  interrupted: i-3, 1 h ago',
    '  waits for its controller: retry, given 1 min 30 s ago',
    '  waits for its controller: drain i-1, given 0 s ago',
    '',
  ]);
  const asleep = only([...items.slice(0, 2)]);
  expect(overviewText([asleep])).toContain('a request waited for it 5 s ago');
});
