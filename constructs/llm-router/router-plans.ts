/** From a router's config to a plan for each lane, or to all that is wrong with it. */
import { Token } from 'aws-cdk-lib';
import { configSchema } from '../../config/schema';
import { type Finding, formatPath } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { compile } from '../../lib/plan/compile';
import type { RouterPlan } from '../../lib/plan/types';
import { unmetExpectations } from '../../lib/policy/expect';
import type { RouterLane } from './llm-router-props';
import type { RouterConfig } from './router-config';

export interface CheckedPolicy {
  /** By lane; `null`: one of the problems is an error. */
  readonly plans: ReadonlyMap<RouterLane, RouterPlan> | null;
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  /** In kebab case. */
  readonly code: string;
  readonly message: string;
}

/** Throws where a value is known at deploy only: the plan is an asset, and its bytes are made now. */
export function checkPolicy(config: RouterConfig, lanes: readonly RouterLane[]): CheckedPolicy {
  refuseTokens(config, []);
  const text = JSON.stringify(config);
  const parsed = parseConfig(text);
  const findings = parsed.findings.filter(({ code }) => !JUDGED_BY_THE_FLEET.includes(code));
  const problems = findings.map(problemOf);
  if (hasError(problems)) return { plans: null, problems };
  const sound = parsed.config ?? configSchema.parse(JSON.parse(text));
  const plans = new Map(lanes.map((lane) => [lane, compile(sound, lane)]));
  // The lane with the most targets: what it may not do, the sealed one cannot.
  const [widest] = plans.values();
  const unmet = (widest === undefined ? [] : unmetExpectations(widest, sound.expect)).map(
    ({ index, key, expected, found }): Problem => ({
      severity: 'error',
      code: 'unmet-expectation',
      message: `expect[${index}].${key}: got ${found}; expected ${expected}; change the routes or the expectation`,
    }),
  );
  return { plans: unmet.length === 0 ? plans : null, problems: [...problems, ...unmet] };
}

export const hasError = (problems: readonly Problem[]): boolean =>
  problems.some(({ severity }) => severity === 'error');

/** What a fleet is made of concerns the fleet; a router takes from each backend what it says of itself. */
const JUDGED_BY_THE_FLEET = ['fleet-model', 'fleet-context', 'fleet-kind', 'licence-accepted'];

const problemOf = ({ severity, code, path, found, allowed, fix }: Finding): Problem => ({
  severity,
  code,
  message: `${formatPath(path)}: got ${found}; expected ${allowed}; ${fix}`,
});

function refuseTokens(value: unknown, path: readonly (string | number)[]): void {
  if (Token.isUnresolved(value)) {
    throw new Error(
      `${formatPath(path)}: got a value that is known at deploy only; expected a literal, since it becomes part of plan.json, which is made at synth; write the value itself`,
    );
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value))
    refuseTokens(item, [...path, Array.isArray(value) ? Number(key) : key]);
}
