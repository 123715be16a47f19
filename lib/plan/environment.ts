/** Names of the environment variables that carry a function's bindings: logical name → what only the account knows. */

export const ENVIRONMENT = {
  keysTable: 'HYBRID_LLM_KEYS_TABLE',
  ledgerTable: 'HYBRID_LLM_LEDGER_TABLE',
  deployment: 'HYBRID_LLM_DEPLOYMENT',
  /** `open` or `sealed`: what the residency proof knows a sealed function by, and what its plan must agree with. */
  lane: 'HYBRID_LLM_LANE',
} as const;

/** `llama-8b` → `HYBRID_LLM_FLEET_TABLE_LLAMA_8B`: the table in which the fleet's replicas are. */
export const fleetTableVariable = (fleet: string): string => `HYBRID_LLM_FLEET_TABLE_${upperSnake(fleet)}`;

/** `acme/anthropic` → `HYBRID_LLM_SECRET_ACME_ANTHROPIC`: the key itself, on a developer's machine. */
export const secretVariable = (secret: string): string => `HYBRID_LLM_SECRET_${upperSnake(secret)}`;

/** `acme/anthropic` → `HYBRID_LLM_SECRET_ARN_ACME_ANTHROPIC`: where the key is, in an account. */
export const secretArnVariable = (secret: string): string => `HYBRID_LLM_SECRET_ARN_${upperSnake(secret)}`;

const upperSnake = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
