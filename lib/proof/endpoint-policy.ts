/** What is wrong with the policy of an endpoint that sealed things can use. */
import type { Endpoint } from './endpoints';
import type { Finding, Step } from './finding';
import type { Network } from './graph';
import { ORGANISATION_KEYS, leak } from './narrow';
import { type Statement, statementsOf } from './policy-document';
import { notSeen, violation } from './rule';

export function policyFindings(
  rule: string,
  { assembly }: Network,
  endpoint: Endpoint,
  steps: readonly Step[],
): Finding[] {
  const name = endpoint.resource.logicalId;
  const outside = `${endpoint.services.join(', ')} of any account`;
  const fix = "give every Allow statement a condition StringEquals { 'aws:ResourceAccount': { Ref: AWS::AccountId } }";
  return endpoint.policies.flatMap((policy) => {
    const wrong = (found: string): Finding => violation(rule, { steps: [...steps, outside], found, fix });
    if (policy.value === undefined) return [wrong(`${name} has no policy, so everything passes`)];
    const statements = statementsOf(assembly, policy);
    if (statements === null) return [wrong(`the policy of ${name} cannot be read from the template`)];
    const leaks = statements.flatMap((statement) => leak(assembly, statement, policy.stack) ?? []);
    return [
      ...leaks.map((found) => wrong(`in the policy of ${name}, ${found}`)),
      ...(leaks.length === 0 ? organisations(statements) : []).map((organisation) =>
        notSeen(rule, {
          steps,
          found: `whether ${organisation}, which ${name} admits, is this account's organisation`,
        }),
      ),
    ];
  });
}

const organisations = (statements: readonly Statement[]): string[] =>
  statements.flatMap(({ conditions }) =>
    conditions.flatMap(({ key, values }) => (ORGANISATION_KEYS.includes(key) ? values : [])),
  );
