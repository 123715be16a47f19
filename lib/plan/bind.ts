/** The other half of what the router runs on: values that only the account (or this machine) knows, by logical name. */
import type { RouterPlan } from './types';

export interface Bindings {
  /** Key of each secret that a provider of the plan names; absent: not bound. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Reads the bindings out of environment variables. */
export function bind(plan: RouterPlan, env: Readonly<Record<string, string | undefined>>): Bindings {
  const secrets: Record<string, string> = {};
  for (const { secret } of Object.values(plan.providers)) {
    // Files and shells like to add a line end; what else a header cannot hold is no key.
    const value = secret === null ? undefined : env[secretVariable(secret)]?.trim();
    if (secret !== null && value !== undefined && /^[\x21-\x7e]+$/.test(value)) secrets[secret] = value;
  }
  return { secrets };
}

/** `acme/anthropic` → `HYBRID_LLM_SECRET_ACME_ANTHROPIC`. */
export function secretVariable(secret: string): string {
  return `HYBRID_LLM_SECRET_${secret.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}
