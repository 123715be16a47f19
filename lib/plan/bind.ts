/** The other half of what the router runs on: values that only the account (or this machine) knows, by logical name. */
import { ENVIRONMENT, fleetTableVariable, secretArnVariable, secretVariable } from './environment';
import { keyOfSecret } from './secret-value';
import type { RouterPlan } from './types';

export interface Bindings {
  /** Key of each secret that a provider of the plan names, in clear: on a developer's machine. Absent: not bound. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the key of each secret is: in an account. Absent: not bound. */
  readonly secretArns: Readonly<Record<string, string>>;
  readonly keysTable: string | null;
  readonly ledgerTable: string | null;
  /** Table of each fleet that keeps its replicas in one. */
  readonly fleetTables: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the bindings out of environment variables. */
export function bind(plan: RouterPlan, env: Environment): Bindings {
  const names = new Set(Object.values(plan.providers).flatMap(({ secret }) => (secret === null ? [] : [secret])));
  return {
    secrets: named(names, (secret) => keyOfSecret(env[secretVariable(secret)] ?? '')),
    secretArns: named(names, (secret) => env[secretArnVariable(secret)]),
    keysTable: env[ENVIRONMENT.keysTable] || null,
    ledgerTable: env[ENVIRONMENT.ledgerTable] || null,
    fleetTables: named(Object.keys(plan.fleets), (fleet) => env[fleetTableVariable(fleet)]),
  };
}

/** Throws where a function of one lane was given the plan of another: then nothing it does is what was proved. */
export function checkLane(plan: RouterPlan, env: Environment): void {
  const lane = env[ENVIRONMENT.lane];
  if (lane === plan.lane) return;
  throw new Error(
    `${ENVIRONMENT.lane}: got ${lane === undefined ? 'none' : `\`${lane}\``}; expected \`${plan.lane}\`, the lane of plan.json; deploy the function and its plan together`,
  );
}

/** Names that have a value. */
function named(
  names: Iterable<string>,
  valueOf: (name: string) => string | null | undefined,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = valueOf(name);
    if (value) values[name] = value;
  }
  return values;
}
