import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface LogBucketProps {
  /** How long its objects are kept. @default Duration.days(30) */
  readonly keep?: Duration;
  /** Whether another bucket of the stack logs its accesses into this one, by which cdk-nag knows what it is for. @default false */
  readonly takesAccessLogs?: boolean;
  /** @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * What operating leaves behind: hosts' boot and engine logs, refused connections, accesses to the weights. No prompts.
 *
 * Costs $0.023 a GB and month of what it holds.
 *
 * ```ts
 * const logs = new LogBucket(this, 'Logs', { keep: Duration.days(30) });
 * ```
 */
export class LogBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, props: LogBucketProps = {}) {
    super(scope, id, {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [
        { expiration: props.keep ?? Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    if (props.takesAccessLogs === true) return;
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'this bucket is where logs go; logging its own accesses into itself would never end',
    });
  }
}
