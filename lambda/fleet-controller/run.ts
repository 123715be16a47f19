/**
 * One run of the fleet controller, top to bottom: each fleet's rows → groups and instances → what to do → its status,
 * fenced → what is to be done.
 *
 * The rows are read first and the status is written before anything is done, on the condition that nobody has written it
 * since: of two runs at once the second stops there, and whoever passes has seen what went before. A run that dies after it leaves actions undone, and the next run decides them again. No run
 * acts on what it saw long ago. Fleets do not need one another: where one fails the others still get theirs, and the run
 * fails at its end with all that went wrong, so that the function's error alarm rings.
 */
import type { Action } from '../../lib/capacity/actions';
import type { ControlledFleet, FleetBinding } from '../../lib/capacity/controlled-fleet';
import { type Decision, decide } from '../../lib/capacity/decide';
import type { FleetState } from '../../lib/capacity/fleet-state';
import { hostUsdPerHour } from '../../lib/capacity/host-price';
import { controllerMetricLine } from '../../lib/records/controller-metrics';
import { CATALOG_ON_DEMAND } from '../../lib/spend/gpu-prices';
import type { Capacity } from './capacity';
import type { FleetRows, FleetStore } from './fleet-store';
import type { WeightsComplete } from './weights';

export interface ControllerDeps {
  readonly deployment: string;
  readonly fleets: readonly (ControlledFleet & FleetBinding)[];
  readonly capacity: Capacity;
  readonly store: FleetStore;
  readonly weightsComplete: WeightsComplete;
  readonly nowMs: () => number;
  /** Takes two lines a fleet that changes: its metrics, and what was decided. */
  readonly log: (line: string) => void;
}

/** Until then what was seen holds well enough to act on it. */
const FRESH_MS = 30_000;

type Fleet = ControllerDeps['fleets'][number];
type Listed = Pick<FleetState, 'groups' | 'ec2'>;

/** Rejects with all that failed. */
export async function runController(deps: ControllerDeps): Promise<void> {
  const { fleets, capacity, store } = deps;
  const seenMs = deps.nowMs();
  const rows = await Promise.allSettled(fleets.map(({ fleet }) => told(fleet, 'rows', store.read(fleet))));
  const [groups, instances] = await Promise.all([
    capacity.groups(fleets.flatMap((fleet) => Object.values(fleet.groups))),
    capacity.instances(),
  ]);
  const control = async (fleet: Fleet, index: number): Promise<void> => {
    const read = rows[index];
    if (read?.status !== 'fulfilled') throw read?.reason;
    const [spot, onDemand] = [groups.get(fleet.groups.spot), groups.get(fleet.groups.onDemand)];
    if (spot === undefined || onDemand === undefined) throw new Error(`${fleet.fleet}: its groups are not listed`);
    await controlFleet(
      deps,
      fleet,
      read.value,
      { groups: { spot, onDemand }, ec2: instances.get(fleet.fleet) ?? [] },
      seenMs,
    );
  };
  const outcomes = await Promise.allSettled(fleets.map(control));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
  if (failures.length > 0) {
    throw new AggregateError(failures, `the controller failed: ${failures.map(({ message }) => message).join('; ')}`);
  }
}

async function controlFleet(
  deps: ControllerDeps,
  fleet: Fleet,
  rows: FleetRows,
  listed: Listed,
  seenMs: number,
): Promise<void> {
  const { groups: _groups, bucket, weightsPrefix, ...settings } = fleet;
  const state: FleetState = {
    settings,
    ...listed,
    ...rows,
    weightsComplete: await deps.weightsComplete(bucket, weightsPrefix),
    hostUsdPerHour: hostUsdPerHour(fleet, CATALOG_ON_DEMAND),
  };
  const decision = decide(state, seenMs);
  if (changesNothing(state, decision)) return;
  if (!(await told(fleet.fleet, 'status', deps.store.save(decision.status, decision.memory)))) return;
  // Only whoever has the fence counts, and at once: what is counted here is known to the next run.
  deps.log(controllerMetricLine(deps.deployment, fleet.fleet, decision.counts, seenMs));
  deps.log(JSON.stringify({ kind: 'fleet', ...decision.status, actions: decision.actions }));
  for (const action of decision.actions) {
    if (deps.nowMs() - seenMs > FRESH_MS)
      throw new Error(`${fleet.fleet}: too late to ${action.kind}, the next run will`);
    await told(fleet.fleet, action.kind, act(deps, fleet, action));
  }
}

/** An error that says where it happened. */
async function told<T>(fleet: string, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${fleet}: ${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function act({ capacity, store }: ControllerDeps, fleet: Fleet, action: Action): Promise<void> {
  switch (action.kind) {
    case 'suspend':
      return capacity.suspend(fleet.groups[action.market], action.process);
    case 'resume':
      return capacity.resume(fleet.groups[action.market], action.process);
    case 'completeHook':
      return capacity.completeHook(fleet.groups[action.market], action.instanceId, action.hook);
    case 'terminate':
      return capacity.terminate(action.instanceId);
    case 'setDesired':
      return capacity.setDesired(fleet.groups[action.market], action.desired);
    case 'deleteRow':
      return store.delete(fleet.fleet, action.id);
  }
}

/** A fleet that sleeps costs one read a minute, and neither a write nor a metric: all its counts are zero. */
function changesNothing({ status, memory }: FleetState, decision: Decision): boolean {
  const { version: _version, ...now } = decision.status;
  const { version: _before, ...before } = status ?? { version: 0 };
  return (
    status !== null &&
    decision.actions.length === 0 &&
    JSON.stringify(now) === JSON.stringify(before) &&
    JSON.stringify(decision.memory) === JSON.stringify(memory)
  );
}
