import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges, with a reason, cdk-nag's finding that a policy below `scope` names `resource`, which ends in a wildcard.
 * The finding carries the resource as the template shows it, and a reference to another stack gets its final form only at
 * the end of synthesis: hence the detour by a validation, which runs then.
 */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  let done = false;
  scope.node.addValidation({
    validate: () => {
      // An app may be synthesized more than once.
      if (done) return [];
      done = true;
      const shown = flattened(Stack.of(scope).resolve(resource));
      Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shown}]`, reason });
      return [];
    },
  });
}

/** A value of a template as cdk-nag writes it: `{ Ref: 'X' }` is `<X>`, `{ 'Fn::GetAtt': ['X', 'Arn'] }` is `<X.Arn>`. */
function flattened(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  const [[intrinsic, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Fn::Join') {
    const [delimiter, parts] = argument as [string, unknown[]];
    return parts.map(flattened).join(delimiter);
  }
  if (intrinsic === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (intrinsic === 'Ref') return `<${argument as string}>`;
  if (intrinsic === 'Fn::Sub' || intrinsic === 'Fn::ImportValue') return flattened(argument);
  return JSON.stringify(value);
}
