/**
 * Every `*` of a policy has a reason: a statement on all resources says it in its Sid, and none allows actions by a
 * wildcard. Holds for policies of roles, of resources and of endpoints alike: whatever has a `Statement`.
 */
import { arnOf } from './arn';
import { assemblyOf } from './assembly';
import { type Statement, statementsOf } from './policy-document';
import { type StackTemplate, type TemplateResource, constructPathOf, isObject } from './template';

export interface WildcardFinding {
  readonly problem: 'star-resource-without-sid' | 'wildcard-action';
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly constructPath: string | null;
  /** Where in the resource's properties the policy stands, such as `PolicyDocument`. */
  readonly property: string;
  readonly sid: string | null;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export function unexplainedWildcards(stacks: readonly StackTemplate[]): WildcardFinding[] {
  const assembly = assemblyOf(stacks);
  return assembly.resources.flatMap((resource) =>
    policiesIn(resource.properties, '').flatMap(({ value, property }) =>
      (statementsOf(assembly, { value, stack: resource.stack }) ?? []).flatMap((statement) =>
        problemsOf(statement).map((problem) => findingOf(problem, resource, property, statement)),
      ),
    ),
  );
}

/** A denial takes away: the wider, the better. */
const problemsOf = ({ allows, sid, actions, resources }: Statement): WildcardFinding['problem'][] =>
  !allows
    ? []
    : [
        ...(sid === null && resources.some(isStar) ? (['star-resource-without-sid'] as const) : []),
        ...(actions.some((action) => action.includes('*')) ? (['wildcard-action'] as const) : []),
      ];

/** `*`, and ARNs that name a service and nothing of it. */
const isStar = (resource: string): boolean => resource === '*' || arnOf(resource)?.resource === '*';

const findingOf = (
  problem: WildcardFinding['problem'],
  resource: TemplateResource,
  property: string,
  { sid, actions, resources }: Statement,
): WildcardFinding => ({
  problem,
  stack: resource.stack,
  logicalId: resource.logicalId,
  constructPath: constructPathOf(resource),
  property,
  sid,
  actions,
  resources,
});

interface Policy {
  readonly value: unknown;
  readonly property: string;
}

function policiesIn(value: unknown, property: string): Policy[] {
  if (isObject(value) && 'Statement' in value) return [{ value, property }];
  if (typeof value === 'string') return /^\s*\{.*"Statement"/s.test(value) ? [{ value, property }] : [];
  const entries = Array.isArray(value) ? value.entries() : isObject(value) ? Object.entries(value) : [];
  return [...entries].flatMap(([key, one]) => policiesIn(one, property === '' ? String(key) : `${property}.${key}`));
}
