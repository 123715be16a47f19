/** Statements of a policy, with what only the deploy knows as placeholders (see `resolve.ts`). */
import type { Assembly, Placed } from './assembly';
import { shapesOf, targetsOf, textsOf } from './resolve';
import { isObject, objectOf } from './template';

export interface Statement {
  /** `null`: it has none. */
  readonly sid: string | null;
  /** A statement whose effect cannot be read may allow. */
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `NotAction`, `NotResource` or `NotPrincipal`, where it says what is left out and so lets the rest in. */
  readonly negations: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** Such as `StringEquals`. */
  readonly operator: string;
  /** In lower case: keys are compared so. */
  readonly key: string;
  readonly values: readonly string[];
}

/** `null`: the policy cannot be read. */
export function statementsOf(assembly: Assembly, policy: Placed): Statement[] | null {
  const document = parsed(assembly, policy);
  if (!isObject(document.value) || document.value['Statement'] === undefined) return null;
  const statements = shapesOf(assembly, { value: document.value['Statement'], stack: document.stack }).filter(
    ({ value }) => value !== undefined,
  );
  return statements.every(({ value }) => isObject(value)) ? statements.map((one) => statementOf(assembly, one)) : null;
}

function statementOf(assembly: Assembly, { value, stack }: Placed): Statement {
  const raw = objectOf(value);
  const texts = (name: string): string[] => textsOf(assembly, raw[name], stack);
  return {
    sid: texts('Sid')[0] ?? null,
    allows: texts('Effect').join() !== 'Deny',
    actions: texts('Action'),
    resources: texts('Resource'),
    negations: ['NotAction', 'NotResource', 'NotPrincipal'].filter((name) => name in raw),
    conditions: Object.entries(objectOf(raw['Condition'])).flatMap(([operator, keys]) =>
      Object.entries(objectOf(keys)).map(([key, values]) => ({
        operator,
        key: key.toLowerCase(),
        values: textsOf(assembly, values, stack),
      })),
    ),
  };
}

/** Some resources take their policy as a text. */
function parsed(assembly: Assembly, policy: Placed): Placed {
  const [text, ...more] =
    isObject(policy.value) && 'Statement' in policy.value ? [] : targetsOf(assembly, policy.value, policy.stack);
  if (text === undefined || text.kind === 'resource' || more.length > 0) return policy;
  try {
    return { value: JSON.parse(text.text) as unknown, stack: policy.stack };
  } catch {
    return { value: undefined, stack: policy.stack };
  }
}
