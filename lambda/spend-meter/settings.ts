/** What the function's environment says. */
import { ENVIRONMENT, fleetTableVariable } from '../../lib/plan/environment';
import { KILL_STAGE_FORM, type KillSwitch, readKillStage } from '../../lib/spend/kill-switch';
import { KILL_SWITCH_VARIABLE, METERED_FLEETS_VARIABLE, MONTHLY_USD_VARIABLE } from '../../lib/spend/meter-names';

export interface Settings {
  readonly region: string;
  readonly deployment: string;
  readonly ledgerTable: string;
  /** Table of replicas by fleet. */
  readonly fleetTables: Readonly<Record<string, string>>;
  /** `null`: none is configured. */
  readonly killSwitch: KillSwitch | null;
}

/** Throws where a variable is missing: half a meter would report half the money. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const named = (variable: string): string => {
    const value = env[variable];
    if (value === undefined || value === '') throw new Error(`the environment variable ${variable} is not set`);
    return value;
  };
  const listed = (variable: string): string[] => (env[variable] ?? '').split(',').filter((word) => word !== '');
  const fleets = listed(METERED_FLEETS_VARIABLE);
  const stages = listed(KILL_SWITCH_VARIABLE);
  return {
    region: named('AWS_REGION'),
    deployment: named(ENVIRONMENT.deployment),
    ledgerTable: named(ENVIRONMENT.ledgerTable),
    fleetTables: Object.fromEntries(fleets.map((fleet) => [fleet, named(fleetTableVariable(fleet))])),
    killSwitch: stages.length === 0 ? null : killSwitchOf(named(MONTHLY_USD_VARIABLE), stages),
  };
}

/** Throws where it cannot be read: a switch that nobody holds is worse than a meter that rings. */
function killSwitchOf(budget: string, written: readonly string[]): KillSwitch {
  const monthlyUsd = Number(budget);
  if (!(monthlyUsd > 0)) throw new Error(`${MONTHLY_USD_VARIABLE} is \`${budget}\`; it takes US dollars above 0`);
  const stages = written.map((text) => {
    const stage = readKillStage(text);
    if (stage === null) throw new Error(`${KILL_SWITCH_VARIABLE} has \`${text}\`; each is ${KILL_STAGE_FORM}`);
    return stage;
  });
  return { monthlyUsd, stages };
}
