/**
 * What the controller does with a fleet: `decide(state, nowMs) → { actions, status, memory, counts }`.
 *
 * It looks at what is, never at what happened, so events may be lost, late, doubled or out of order. The order of actions
 * matters only for speed: whoever stops after any of them is set right by the next run.
 */
import { REPLICA_PREFIX } from '../tables/fleet-row';
import type { FleetStatusRow } from '../tables/status-row';
import type { Action, EndReason } from './actions';
import { typicalBootMs } from './boot-timeline';
import { isBroken, rememberBoots } from './breaker';
import { followCommands, inOrder } from './commands';
import { type FleetState, MARKETS } from './fleet-state';
import { type FleetCounts, fleetCounts } from './fleet-counts';
import { hooksToComplete } from './hooks';
import { type Host, costing, hostsOf, isUnsettled, rememberHosts } from './hosts';
import { LIMIT_WINDOW_MS, launchLimit } from './launch-limit';
import { type Launches, share } from './share';
import { type Memory, seen } from './memory';
import { endings, interruptedFirst, lastDeaf } from './replace';
import { INTERRUPTION_COUNTS_MS, split } from './spot-and-on-demand';
import { type StatusReason, etaMs, stateOf } from './status';
import { surplus } from './surplus';
import { want } from './wanted';

export interface Decision {
  readonly actions: readonly Action[];
  readonly status: FleetStatusRow;
  readonly memory: Memory;
  readonly counts: FleetCounts;
}

/** A row of a host that is gone is of use to whoever asks what happened. */
export const ROW_KEPT_MS = 3_600_000;

export function decide(state: FleetState, nowMs: number): Decision {
  const told = { ...followCommands(state.memory, state.commands), deafMs: lastDeaf(state.memory, nowMs) };
  const seenHosts = rememberHosts(state, told.hosts, nowMs);
  const hosts = hostsOf(state, seenHosts, nowMs);
  const doomed = endings(hosts, state.settings, told, nowMs);
  const boots = rememberBoots(
    told,
    state.groups.spot.templateVersion,
    [...doomed].filter(([, reason]) => reason === 'boot_failed').map(([host]) => host),
    hosts.filter(({ id, memory }) => memory.readyMs === nowMs && (told.hosts[id]?.readyMs ?? null) === null),
    nowMs,
  );
  const booted: Memory = { ...told, ...boots, interruptions: interruptions(told, hosts, nowMs) };

  const { wanted, ...needs } = want(state, hosts, booted, typicalBootMs(boots.boots), nowMs);
  const wantedMs = seen(told.wantedMs, wanted, LIMIT_WINDOW_MS, nowMs);
  const staying = hosts.filter((host) => host.stage !== 'leaving' && !doomed.has(host));
  const limit = launchLimit(hosts, state.ec2, wantedMs, nowMs);
  const { targets, spotShortMs } = split(state, staying, booted, { wanted, launchesLeft: limit.left }, nowMs);
  const extra = surplus(staying, targets, wanted);
  const ends = new Map([...doomed, ...extra]);

  const broken = isBroken(boots);
  const mayLaunch = !broken && state.weightsComplete === true && limit.left > 0;
  const kept = staying.filter((host) => !extra.has(host));
  const room = state.settings.maxReplicas - costing(hosts, state.ec2);
  const launches = share(state.groups, targets, hosts, kept, {
    room,
    left: mayLaunch ? limit.left : 0,
    keptBack: state.settings.onDemandFallback && kept.length >= wanted ? wanted : 0,
  });

  const memory: Memory = {
    ...booted,
    ...needs,
    wantedMs,
    spotShortMs,
    letGo: told.letGo.filter((id) => seenHosts[id] !== undefined),
    hosts: Object.fromEntries(
      Object.entries(seenHosts).map(([id, host]) => [id, endsNow(ends, id) ? { ...host, endAskedMs: nowMs } : host]),
    ),
  };
  const stuck = broken || (wanted > 0 && state.weightsComplete === false);
  const actions: Action[] = [
    ...switches(state, wanted > 0 && (stuck || limit.reached)),
    ...hooksToComplete(hosts, new Set(ends.keys()), nowMs),
    ...[...ends].map(([host, why]): Action => ({ kind: 'terminate', market: host.market, instanceId: host.id, why })),
    ...desired(state, hosts, kept, ends, launches),
    ...rowsToDelete(state, hosts, nowMs),
  ];
  const before = state.status?.state ?? null;
  const next = stateOf(before, wanted, hosts, stuck);
  return {
    actions,
    memory,
    counts: fleetCounts(wanted, hosts, ends, state.memory.hosts),
    status: {
      fleet: state.settings.fleet,
      state: next,
      wanted,
      readyReplicas: hosts.filter(({ stage }) => stage === 'ready').length,
      etaMs: etaMs(kept, wanted, mayLaunch, boots.boots, nowMs),
      reason: reasonOf(state, memory, { wanted, broken, room, limited: limit.left === 0, kept: kept.length, nowMs }),
      version: (state.status?.version ?? 0) + 1,
      changedMs: next === before ? (state.status?.changedMs ?? nowMs) : nowMs,
    },
  };
}

const endsNow = (ends: ReadonlyMap<Host, EndReason>, id: string): boolean =>
  [...ends.keys()].some((host) => host.id === id);

/** The last of each pool. */
function interruptions(memory: Memory, hosts: readonly Host[], nowMs: number): Memory['interruptions'] {
  const known = memory.interruptions.filter(({ atMs }) => nowMs - atMs < INTERRUPTION_COUNTS_MS);
  const lost = interruptedFirst(hosts, memory.hosts).map(({ type, zone }) => ({ atMs: nowMs, type, zone }));
  return [...new Map([...known, ...lost].map((one) => [`${one.type} ${one.zone}`, one])).values()];
}

/** After the terminations of this run, which lower it by one each. What is lowered goes first. */
function desired(
  { groups }: FleetState,
  hosts: readonly Host[],
  kept: readonly Host[],
  ends: ReadonlyMap<Host, EndReason>,
  launches: Launches,
): Action[] {
  const changes = MARKETS.flatMap((market) => {
    const here = (host: Host): boolean => host.market === market;
    // Lowered by what was asked for, or not yet: the next run sees.
    if (hosts.some((host) => here(host) && isUnsettled(host))) return [];
    const after = groups[market].desired - [...ends.keys()].filter(here).length;
    const wanted = kept.filter(here).length + launches[market];
    return wanted === after ? [] : [{ market, wanted, by: wanted - after }];
  });
  return changes
    .toSorted((one, other) => one.by - other.by)
    .map(({ market, wanted }) => ({ kind: 'setDesired', market, desired: wanted }));
}

/** AZRebalance stays off; launching is off while nothing may be launched. */
function switches({ groups }: FleetState, stopLaunches: boolean): Action[] {
  return MARKETS.flatMap((market): Action[] => {
    const off = (process: string): boolean => groups[market].suspended.includes(process);
    return [
      ...(off('AZRebalance') ? [] : [{ kind: 'suspend', market, process: 'AZRebalance' } as const]),
      ...(stopLaunches === off('Launch')
        ? []
        : [{ kind: stopLaunches ? 'suspend' : 'resume', market, process: 'Launch' } as const]),
    ];
  });
}

function rowsToDelete({ commands, replicas, ec2 }: FleetState, hosts: readonly Host[], nowMs: number): Action[] {
  const there = new Set([...hosts, ...ec2.filter(({ live }) => live)].map(({ id }) => `${REPLICA_PREFIX}${id}`));
  const left = replicas.filter(({ id, heartbeatMs }) => !there.has(id) && nowMs - heartbeatMs >= ROW_KEPT_MS);
  return [...inOrder(commands), ...left].map(({ id }) => ({ kind: 'deleteRow', id }));
}

interface Circumstances {
  readonly wanted: number;
  readonly broken: boolean;
  readonly room: number;
  readonly limited: boolean;
  readonly kept: number;
  readonly nowMs: number;
}

function reasonOf(
  { weightsComplete }: FleetState,
  { drained, stage, spotShortMs }: Memory,
  { wanted, broken, room, limited, kept }: Circumstances,
): StatusReason {
  if (drained) return 'drained_by_operator';
  if (stage === 'zero') return 'budget_zero';
  if (broken) return 'boots_failed';
  if (wanted === 0) return '';
  if (weightsComplete === false) return 'weights_missing';
  if (kept >= wanted) return stage === 'clamp' ? 'budget_clamp' : '';
  if (weightsComplete === null) return 'weights_unknown';
  if (limited) return 'launch_limit';
  if (room <= 0) return 'at_maximum';
  return spotShortMs === null ? '' : 'no_capacity';
}
