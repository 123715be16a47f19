/** Fleets as a person reads them: a line each, and one for each replica. */
import type { FleetOverview, ReplicaOverview } from '../../lib/capacity/overview';
import type { StatusReason } from '../../lib/capacity/status';

export const overviewText = (fleets: readonly FleetOverview[]): string =>
  fleets.length === 0 ? 'no fleets\n' : fleets.map((fleet) => `${fleetLines(fleet).join('\n')}\n`).join('\n');

function fleetLines(fleet: FleetOverview): string[] {
  const { state, wanted, ready, running, waiting, heldSecondsAgo, reason } = fleet;
  const replicas = table(fleet.replicas.map(replicaCells));
  return [
    [
      `${fleet.fleet}: ${state}`,
      wanted === null ? `${ready} ready` : `${ready} ready of ${wanted} wanted`,
      ...(fleet.etaSeconds === null ? [] : [`the next in ${duration(fleet.etaSeconds)}`]),
      ...(reason === '' ? [] : [REASONS[reason as StatusReason] ?? reason]),
    ].join(', '),
    ...(state === 'unknown' ? ['  its controller has not said anything of it yet'] : []),
    ...replicas.map((line) => `  ${line}`),
    ...(ready === 0 ? [] : [`  queue: ${running} running, ${waiting} waiting`]),
    ...(heldSecondsAgo === null || ready > 0 ? [] : [`  a request waited for it ${duration(heldSecondsAgo)} ago`]),
    ...fleet.interruptions.map(({ instance, secondsAgo }) => `  interrupted: ${instance}, ${duration(secondsAgo)} ago`),
    ...fleet.commands.map(
      ({ command, instance, secondsAgo }) =>
        `  waits for its controller: ${command}${instance === null ? '' : ` ${instance}`}, given ${duration(secondsAgo)} ago`,
    ),
  ];
}

function replicaCells(replica: ReplicaOverview): string[] {
  const { instance, state, host, detail, running, waiting, kvUse, heartbeatSecondsAgo, isSilent, atRisk } = replica;
  return [
    instance,
    detail === '' ? state : `${state} (${detail})`,
    host === null ? '' : `${host.kind} ${host.type} ${host.zone}`,
    [
      ...(state === 'ready' ? [`${running} running, ${waiting} waiting, KV cache ${Math.round(kvUse * 100)} %`] : []),
      ...(isSilent ? [`silent for ${duration(heartbeatSecondsAgo ?? 0)}`] : []),
      ...(atRisk ? ['at risk of interruption'] : []),
    ].join(', '),
  ];
}

/** Codes of the controller, with what to do where somebody has to. */
const REASONS: Readonly<Record<StatusReason, string>> = {
  '': '',
  boots_failed: 'its boots fail; see `logs`, then `fleet retry`',
  weights_missing: 'its weights are not in the model store; run the mirror',
  weights_unknown: 'whether its weights are there is not known',
  launch_limit: 'it has launched as many hosts this hour as it may',
  no_capacity: 'EC2 has no spot capacity of its types',
  at_maximum: 'it costs as many hosts as it may',
  drained_by_operator: 'drained by an operator; `fleet retry` ends that',
  budget_zero: 'the budget is used up',
  budget_clamp: 'the budget holds it down',
};

/** Cells in columns, without blanks at the ends of lines. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `90` → `1 min 30 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
