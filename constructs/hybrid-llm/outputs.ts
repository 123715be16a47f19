/** What the command line and people ask the stack for, under names that do not depend on the construct's place. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Of two deployments in one stack the first has the names; the command line is told the other's by options. */
export function addOutputs(scope: IConstruct, values: { readonly [name: string]: string | undefined }): void {
  const stack = Stack.of(scope);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || stack.node.tryFindChild(name) !== undefined) continue;
    new CfnOutput(stack, name, { value });
  }
}
