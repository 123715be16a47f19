/** What the function's environment and the file beside it say. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  CONTROLLED_FLEETS_FILE,
  type ControlledFleet,
  FLEET_BINDINGS_VARIABLE,
  FLEET_TABLE_VARIABLE,
  type FleetBinding,
} from '../../lib/capacity/controlled-fleet';
import { ENVIRONMENT } from '../../lib/plan/environment';

export interface Settings {
  readonly region: string;
  readonly deployment: string;
  readonly fleetTable: string;
  readonly fleets: readonly (ControlledFleet & FleetBinding)[];
}

/** Throws where something is missing: half a controller would leave hosts running for ever. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, folder = __dirname): Settings {
  const named = (variable: string): string => {
    const value = env[variable];
    if (value === undefined || value === '') throw new Error(`the environment variable ${variable} is not set`);
    return value;
  };
  const bindings = JSON.parse(named(FLEET_BINDINGS_VARIABLE)) as Readonly<Record<string, FleetBinding>>;
  const file = readFileSync(path.join(folder, CONTROLLED_FLEETS_FILE), 'utf8');
  return {
    region: named('AWS_REGION'),
    deployment: named(ENVIRONMENT.deployment),
    fleetTable: named(FLEET_TABLE_VARIABLE),
    fleets: (JSON.parse(file) as ControlledFleet[]).map((fleet) => {
      const binding = bindings[fleet.fleet];
      if (binding === undefined) throw new Error(`${FLEET_BINDINGS_VARIABLE} says nothing of ${fleet.fleet}`);
      return { ...fleet, ...binding };
    }),
  };
}
