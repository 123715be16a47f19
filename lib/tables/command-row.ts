/** What an operator or the spend guard tells a fleet's controller. One row a command, deleted when it was followed. */
import type { KILL_STAGES } from '../../config/vocabulary';

export type KillStage = (typeof KILL_STAGES)[number];

/**
 * - `retry`: forget failed boots and an earlier `drain`, try again.
 * - `drain`: let every replica finish and start none, until `retry`; with an `instance` that one alone, and what load needs is
 *   launched in its place.
 * - `stage`: the kill switch is at this stage; `none`: at no stage.
 */
export const FLEET_COMMANDS = ['retry', 'drain', 'stage'] as const;
export type FleetCommand = (typeof FLEET_COMMANDS)[number];

export interface CommandRow {
  readonly fleet: string;
  /** `command#` and whatever makes it unique. */
  readonly id: string;
  readonly command: FleetCommand;
  /** Of `stage` only. */
  readonly stage: KillStage | 'none';
  /** Of `drain` only: the one host that goes. Absent: all of them. */
  readonly instance?: string;
  /** When it was given, Unix time in milliseconds: of two the later counts. */
  readonly givenMs: number;
}

export const COMMAND_PREFIX = 'command#';
