/** The fleet's instances as the controller sees them: what Auto Scaling, EC2 and the host itself say, in one place. */
import { type FleetReplicaRow, REPLICA_PREFIX } from '../tables/fleet-row';
import { type Ec2Instance, type FleetState, type GroupInstance, MARKETS, type Market } from './fleet-state';
import type { HostMemory, Memory } from './memory';

export interface Host extends GroupInstance {
  readonly market: Market;
  /** `null`: it has written none. */
  readonly row: FleetReplicaRow | null;
  /** `coming`: not ready yet, or for the moment not; `leaving`: its group ends it, or was just asked to. */
  readonly stage: 'coming' | 'ready' | 'leaving';
  /** EC2 says that it has ended. */
  readonly gone: boolean;
  readonly launchMs: number;
  /** For how long its count of heartbeats has stood still. */
  readonly silentMs: number;
  readonly atRisk: boolean;
  /** Launched from an older launch template than the next one will be. */
  readonly outdated: boolean;
  readonly memory: HostMemory;
}

/** Ready hosts beat every two seconds, and the controller looks once a minute. */
const READY_SILENCE_MS = 90_000;
/** So long an instance whose end was asked for counts as leaving, though its group does not say so yet. */
export const ASKED_MS = 75_000;

/** Its group ends it or lets it go. */
export const isEnding = (lifecycle: string): boolean => /^(Terminat|Detach)/.test(lifecycle);

/** What is remembered of each instance after this look at it. */
export function rememberHosts(
  { groups, replicas }: FleetState,
  before: Memory['hosts'],
  nowMs: number,
): Memory['hosts'] {
  const rows = new Map(replicas.map((row) => [row.id, row]));
  const instances = MARKETS.flatMap((market) => groups[market].instances);
  return Object.fromEntries(
    instances.map(({ id, lifecycle }) => {
      const row = rows.get(`${REPLICA_PREFIX}${id}`);
      const known = before[id] ?? FIRST_SEEN(nowMs);
      const moved = row !== undefined && row.sequence !== known.sequence;
      const movedMs = moved ? nowMs : known.movedMs;
      const isReady = row?.state === 'ready' && nowMs - movedMs < READY_SILENCE_MS;
      const host: HostMemory = {
        ...known,
        sequence: row?.sequence ?? known.sequence,
        movedMs,
        readyMs: isReady ? nowMs : known.readyMs,
        endingMs: isEnding(lifecycle) ? (known.endingMs ?? nowMs) : null,
        ...(row?.engineFailures !== undefined && { engineFailures: row.engineFailures }),
      };
      return [id, host];
    }),
  );
}

const FIRST_SEEN = (nowMs: number): HostMemory => ({
  sinceMs: nowMs,
  sequence: null,
  movedMs: nowMs,
  readyMs: null,
  endAskedMs: null,
  endingMs: null,
});

export function hostsOf(state: FleetState, memory: Memory['hosts'], nowMs: number): readonly Host[] {
  const ec2 = new Map(state.ec2.map((one) => [one.id, one]));
  const rows = new Map(state.replicas.map((row) => [row.id, row]));
  return MARKETS.flatMap((market) =>
    state.groups[market].instances.map((instance): Host => {
      const { id, lifecycle, type, zone, templateVersion } = instance;
      const remembered = memory[id] ?? FIRST_SEEN(nowMs);
      const row = rows.get(`${REPLICA_PREFIX}${id}`) ?? null;
      const listed = ec2.get(id);
      const gone = listed?.live === false || lifecycle === 'Terminated';
      const silentMs = nowMs - remembered.movedMs;
      const asked = remembered.endAskedMs !== null && nowMs - remembered.endAskedMs < ASKED_MS;
      const isReady = row?.state === 'ready' && silentMs < READY_SILENCE_MS && !gone;
      // Spreading `instance` here made a replay three times as slow: V8 then copies each object anew.
      return {
        id,
        lifecycle,
        type,
        zone,
        templateVersion,
        market,
        row,
        stage: isEnding(lifecycle) || asked ? 'leaving' : isReady ? 'ready' : 'coming',
        gone,
        launchMs: listed?.launchMs ?? remembered.sinceMs,
        silentMs,
        atRisk: row?.atRisk === true,
        outdated: isOutdated(instance, state.groups[market].templateVersion),
        memory: remembered,
      };
    }),
  );
}

/** Its end was asked for, and its group does not show it: what the group's desired capacity is now cannot be known. */
export const isUnsettled = (host: Host): boolean => host.stage === 'leaving' && !isEnding(host.lifecycle);

const isOutdated = ({ templateVersion }: GroupInstance, newest: string | null): boolean =>
  newest !== null && templateVersion !== null && templateVersion !== newest;

/** Instances that cost money now, whoever lists them: what the hard maximum counts. */
export function costing(hosts: readonly Host[], ec2: readonly Ec2Instance[]): number {
  const running = ec2.filter(({ live }) => live).map(({ id }) => id);
  const notGone = hosts.filter(({ gone }) => !gone).map(({ id }) => id);
  return new Set([...running, ...notGone]).size;
}

/** Instances that were launched within the last hour, also those that have ended. */
export function launchedWithin(
  hosts: readonly Host[],
  ec2: readonly Ec2Instance[],
  withinMs: number,
  nowMs: number,
): number {
  const isNew = ({ launchMs }: { readonly launchMs: number }): boolean => nowMs - launchMs < withinMs;
  return new Set([...ec2.filter(isNew), ...hosts.filter(isNew)].map(({ id }) => id)).size;
}
