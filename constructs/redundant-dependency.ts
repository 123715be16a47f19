import type * as lambda from 'aws-cdk-lib/aws-lambda';

/**
 * The CDK lets every function depend on its role and the role's policies. The first follows from the function's own `Role`,
 * which cfn-lint says of each (W3005); the second is needed. Only the linter is told.
 */
export function allowRedundantDependency(handler: lambda.Function): void {
  (handler.node.defaultChild as lambda.CfnFunction).addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
}
