import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export type SelfContainedRoleProps = Omit<iam.RoleProps, 'inlinePolicies'>;

/**
 * A role with its statements in it: one resource where the CDK makes two, and whoever has the role may do all of it at once.
 *
 * Only for a role with few statements, none of which names a resource that names the role: IAM takes 10,240 characters,
 * and what is more goes nowhere by itself.
 */
export class SelfContainedRole extends iam.Role {
  private readonly statements: iam.PolicyDocument;

  constructor(scope: Construct, id: string, props: SelfContainedRoleProps) {
    const statements = new iam.PolicyDocument();
    super(scope, id, { ...props, inlinePolicies: { Allowed: statements } });
    this.statements = statements;
  }

  override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.statements.addStatements(statement);
    return { statementAdded: true, policyDependable: this };
  }
}
