/** What the function's environment says. */
import { ENVIRONMENT, fleetTableVariable } from '../../lib/plan/environment';
import { METERED_FLEETS_VARIABLE } from '../../lib/spend/meter-names';

export interface Settings {
  readonly region: string;
  readonly deployment: string;
  readonly ledgerTable: string;
  /** Table of replicas by fleet. */
  readonly fleetTables: Readonly<Record<string, string>>;
}

/** Throws where a variable is missing: half a meter would report half the money. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const named = (variable: string): string => {
    const value = env[variable];
    if (value === undefined || value === '') throw new Error(`the environment variable ${variable} is not set`);
    return value;
  };
  const fleets = (env[METERED_FLEETS_VARIABLE] ?? '').split(',').filter((fleet) => fleet !== '');
  return {
    region: named('AWS_REGION'),
    deployment: named(ENVIRONMENT.deployment),
    ledgerTable: named(ENVIRONMENT.ledgerTable),
    fleetTables: Object.fromEntries(fleets.map((fleet) => [fleet, named(fleetTableVariable(fleet))])),
  };
}
