/** How the fleets of a deployment stand, out of the rows of their table and what EC2 lists, for people who look. */
import type { Host } from '../spend/gpu-cost';
import { UNKNOWN_FLEET } from '../spend/meter-names';
import { type Item, textIn } from '../tables/attributes';
import { readCommandItem } from '../tables/command-item';
import type { FleetCommand } from '../tables/command-row';
import { readFleetItem } from '../tables/fleet-item';
import { type FleetReplicaRow, HEARTBEAT_STALE_MS, REPLICA_PREFIX, type ReplicaState } from '../tables/fleet-row';
import { FLEET_TABLE_KEY } from '../tables/key-schemas';
import { readStatusItem } from '../tables/status-item';
import type { FleetState } from '../tables/status-row';
import { readWakeItem } from '../tables/wake-item';

export interface FleetOverview {
  readonly fleet: string;
  /** `unknown`: its controller has not said anything yet. */
  readonly state: FleetState | 'unknown';
  readonly reason: string;
  readonly wanted: number | null;
  readonly ready: number;
  /** Seconds until the next replica is expected; `null`: nobody knows, or none is coming. */
  readonly etaSeconds: number | null;
  /** Over the replicas that are ready. */
  readonly running: number;
  readonly waiting: number;
  /** Since a request last came that could go nowhere else; `null`: none did. */
  readonly heldSecondsAgo: number | null;
  /** Those that serve first, those that have ended last. */
  readonly replicas: readonly ReplicaOverview[];
  /** Hosts that EC2 took back within the last hour, the latest first. */
  readonly interruptions: readonly { readonly instance: string; readonly secondsAgo: number }[];
  /** Commands that the controller has not taken yet. */
  readonly commands: readonly CommandOverview[];
}

export interface CommandOverview {
  readonly command: FleetCommand;
  /** The one host that it is about; `null`: the whole fleet. */
  readonly instance: string | null;
  readonly secondsAgo: number;
}

export interface ReplicaOverview {
  readonly instance: string;
  readonly state: ReplicaState;
  /** `null`: EC2 was not asked, or does not list it any more. */
  readonly host: { readonly kind: 'spot' | 'on-demand'; readonly type: string; readonly zone: string } | null;
  /** Why it drains, or in which phase it is or failed. */
  readonly detail: string;
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvUse: number;
  /** `null`: it has written nothing yet. */
  readonly heartbeatSecondsAgo: number | null;
  /** It should beat, and does not. */
  readonly isSilent: boolean;
  /** EC2 sees a raised risk that it is taken back. */
  readonly atRisk: boolean;
}

/** What is looked at. */
export interface Seen {
  /** Rows of the fleet table, of all fleets. */
  readonly items: readonly Item[];
  /** Fleets that are shown even if nobody has written a row of them. */
  readonly names: readonly string[];
  /** As EC2 lists them; empty: it was not asked. */
  readonly hosts: readonly Host[];
  readonly nowMs: number;
}

/** Fleets by name. */
export function overview({ items, names, hosts, nowMs }: Seen): readonly FleetOverview[] {
  const nameOf = (item: Item): string => textIn(item, FLEET_TABLE_KEY.partition) ?? '';
  const live = hosts.filter(({ fleet }) => fleet !== UNKNOWN_FLEET);
  const fleets = new Set([...names, ...items.map(nameOf), ...live.map(({ fleet }) => fleet)]);
  return [...fleets].sort().map((fleet) =>
    fleetOf({
      name: fleet,
      items: items.filter((item) => nameOf(item) === fleet),
      hosts: live.filter((host) => host.fleet === fleet),
      nowMs,
    }),
  );
}

interface OneFleet extends Omit<Seen, 'names'> {
  readonly name: string;
}

function fleetOf({ name, items, hosts, nowMs }: OneFleet): FleetOverview {
  const ago = (ms: number): number => Math.max(0, Math.round((nowMs - ms) / 1000));
  const status = items.map(readStatusItem).find((row) => row !== null);
  const wake = items.map(readWakeItem).find((row) => row !== null);
  const rows = items.map(readFleetItem).filter((row) => row !== null);
  const known = new Set(rows.map(({ id }) => id.slice(REPLICA_PREFIX.length)));
  const replicas = [
    ...rows.map((row) => replicaOf(row, hosts, nowMs)),
    ...hosts.filter(({ id, live }) => live && !known.has(id)).map(launched),
  ];
  const serving = replicas.filter(({ state, isSilent }) => state === 'ready' && !isSilent);
  const sum = (of: (replica: ReplicaOverview) => number): number => serving.reduce((total, one) => total + of(one), 0);
  return {
    fleet: name,
    state: status?.state ?? 'unknown',
    reason: status?.reason ?? '',
    wanted: status?.wanted ?? null,
    ready: serving.length,
    etaSeconds: status?.etaMs == null ? null : Math.max(0, Math.round((status.etaMs - nowMs) / 1000)),
    running: sum(({ running }) => running),
    waiting: sum(({ waiting }) => waiting),
    heldSecondsAgo: wake === undefined || wake.heldMs === 0 ? null : ago(wake.heldMs),
    replicas: replicas.toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || (a.instance < b.instance ? -1 : 1)),
    interruptions: rows
      .filter(({ state, detail }) => (state === 'draining' || state === 'drained') && detail === INTERRUPTED)
      .map(({ id, heartbeatMs }) => ({ instance: id.slice(REPLICA_PREFIX.length), secondsAgo: ago(heartbeatMs) }))
      .toSorted((a, b) => a.secondsAgo - b.secondsAgo),
    commands: items
      .map(readCommandItem)
      .filter((row) => row !== null)
      .map(({ command, instance = null, givenMs }) => ({ command, instance, secondsAgo: ago(givenMs) })),
  };
}

function replicaOf(row: FleetReplicaRow, hosts: readonly Host[], nowMs: number): ReplicaOverview {
  const { id, state, detail, running, waiting, kvUse, heartbeatMs, atRisk = false } = row;
  const instance = id.slice(REPLICA_PREFIX.length);
  const host = hosts.find((one) => one.id === instance);
  return {
    instance,
    state,
    host: host === undefined ? null : kindOf(host),
    detail,
    running,
    waiting,
    kvUse,
    heartbeatSecondsAgo: Math.max(0, Math.round((nowMs - heartbeatMs) / 1000)),
    isSilent: !ENDED.has(state) && nowMs - heartbeatMs >= HEARTBEAT_STALE_MS,
    atRisk,
  };
}

/** Of an instance that has not said anything yet. */
const launched = (host: Host): ReplicaOverview => ({
  instance: host.id,
  state: 'booting',
  host: kindOf(host),
  detail: 'launched',
  running: 0,
  waiting: 0,
  kvUse: 0,
  heartbeatSecondsAgo: null,
  isSilent: false,
  atRisk: false,
});

const kindOf = ({ spot, instanceType, zone }: Host): NonNullable<ReplicaOverview['host']> => ({
  kind: spot ? 'spot' : 'on-demand',
  type: instanceType,
  zone,
});

/** As a host writes why it drains when EC2 takes it back. */
const INTERRUPTED = 'interruption';

const ENDED: ReadonlySet<ReplicaState> = new Set(['drained', 'failed']);

const ORDER: Readonly<Record<ReplicaState, number>> = {
  ready: 0,
  warming: 1,
  booting: 2,
  draining: 3,
  failed: 4,
  drained: 5,
};
