/**
 * Tells each fleet's controller at which stage the kill switch is, whenever that is not what it was told last.
 *
 * The commands are written first, and what was told is remembered then. A run that dies between the two is repeated by the
 * next one with rows of the same ids, and a controller that follows a stage twice is where it was. Of a fleet whose table
 * fails nothing is remembered, so that the next run tells it.
 */
import { own } from '../../lib/plan/own';
import type { ReachedStage } from '../../lib/spend/kill-switch';
import { COMMAND_PREFIX, type CommandRow } from '../../lib/tables/command-row';
import type { MeterStore } from './meter-store';

export interface TellDeps {
  /** Table of replicas by fleet. */
  readonly fleetTables: Readonly<Record<string, string>>;
  readonly store: Pick<MeterStore, 'readTold' | 'saveTold'>;
  readonly tellFleet: (table: string, row: CommandRow) => Promise<void>;
}

/** Rejects with all that failed, when the others have been told. */
export async function tellFleets(
  { fleetTables, store, tellFleet }: TellDeps,
  stage: ReachedStage,
  nowMs: number,
): Promise<void> {
  const fleets = Object.entries(fleetTables);
  const before = await store.readTold();
  const told = (fleet: string): ReachedStage => own(before.stages, fleet) ?? 'none';
  const round = before.round + 1;
  const due = fleets.filter(([fleet]) => told(fleet) !== stage);
  const id = `${COMMAND_PREFIX}stage-${round}-${stage}`;
  const outcomes = await Promise.allSettled(
    due.map(([fleet, table]) => tellFleet(table, { fleet, id, command: 'stage', stage, givenMs: nowMs })),
  );
  const failures = new Map(
    outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [[due[index]?.[0] ?? '', outcome.reason as Error] as const] : [],
    ),
  );

  // One that is metered no more is forgotten: if it comes back it is told anew.
  const hasLeft = Object.keys(before.stages).some((fleet) => own(fleetTables, fleet) === undefined);
  if (due.length > failures.size || hasLeft) {
    const stages = fleets.map(([fleet]) => [fleet, failures.has(fleet) ? told(fleet) : stage] as const);
    await store.saveTold({ round, stages: Object.fromEntries(stages) });
  }
  if (failures.size > 0) {
    throw new Error([...failures].map(([fleet, { message }]) => `${fleet} was not told: ${message}`).join('; '));
  }
}
