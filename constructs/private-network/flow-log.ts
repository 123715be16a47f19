import { Annotations, Aws } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Refused connections of a VPC, in a bucket. A bucket with a key of yours stays empty unless the key admits the delivery. */
export function addFlowLog(scope: Construct, id: string, vpc: ec2.IVpc, bucket: s3.IBucket): ec2.FlowLog {
  const admitted = bucket.encryptionKey?.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'FlowLogsOfThisAccount',
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      // In a key's policy `*` is the key itself.
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (admitted?.statementAdded === false) {
    Annotations.of(scope).addWarningV2(
      'cdk-hybrid-llm:PrivateNetwork.flowLogKey',
      'the key of flowLogBucket is not of this app, so its policy is left alone: it has to admit delivery.logs.amazonaws.com, or no flow log arrives',
    );
  }
  return new ec2.FlowLog(scope, id, {
    resourceType: ec2.FlowLogResourceType.fromVpc(vpc),
    // In a network without a way out each refused connection is news; accepted ones are the product at work.
    trafficType: ec2.FlowLogTrafficType.REJECT,
    destination: ec2.FlowLogDestination.toS3(bucket),
  });
}
