/** What Lambda needs of a role to put a function into a VPC: one policy for all lanes. */
import { Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

export function networkInterfacePolicy(scope: Construct): iam.Policy {
  const policy = new iam.Policy(scope, 'NetworkInterfaces', {
    statements: [
      new iam.PolicyStatement({
        sid: 'LambdaAsksForTheseOnStarOnly',
        actions: ACTIONS,
        resources: ['*'],
      }),
      // Calls from within a function name it, and Lambda's own on its behalf do not.
      new iam.PolicyStatement({
        sid: 'NoneOfTheseForTheCodeInTheFunction',
        effect: iam.Effect.DENY,
        actions: ACTIONS,
        resources: ['*'],
        conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      }),
    ],
  });
  Validations.of(policy).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'Lambda refuses to put a function into a VPC unless its role has these on *; the second statement keeps them from the code that runs in it.',
  });
  return policy;
}
