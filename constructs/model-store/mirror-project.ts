import { Aws, Duration, type RemovalPolicy } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { bundledAsset } from '../assets';
import { allowObjects } from './allow-objects';
import { DEFAULT_REVISION, WEIGHTS_PREFIX } from '../../lib/capacity/weights-layout';
import { grantList } from './read-prefix';

export interface MirrorProjectProps {
  readonly bucket: s3.IBucket;
  /** Whether the bucket's own policy may be changed. */
  readonly ownsBucket: boolean;
  readonly hubUrl: string;
  readonly huggingFaceToken?: secretsmanager.ISecret;
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A large model at the 100 MB/s that one build reaches: 140 GB in half an hour; the rest is for a slow hub. */
const LIMIT = Duration.hours(8);

/** The build that copies a model's weights from the hub into the bucket. Outside of any VPC: hosts never reach the internet. */
export class MirrorProject extends Construct {
  readonly project: codebuild.Project;

  constructor(scope: Construct, id: string, props: MirrorProjectProps) {
    super(scope, id);
    const program = new Asset(this, 'Program', { path: bundledAsset('model-mirror') });
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: props.removalPolicy,
    });
    const role = this.role(props, program, logGroup);

    this.project = new codebuild.Project(this, 'Resource', {
      description:
        'Copies the weights of one model from the hub into the model store. Start it with MODEL, and REVISION if pinned.',
      // What CDK would add for logs and test reports has wildcards, and is not needed.
      role: role.withoutPolicyUpdates(),
      grantReportGroupPermissions: false,
      timeout: LIMIT,
      environment: {
        buildImage: codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0,
        computeType: codebuild.ComputeType.SMALL,
        privileged: false,
        environmentVariables: {
          PROGRAM: { value: program.s3ObjectUrl },
          BUCKET: { value: props.bucket.bucketName },
          PREFIX: { value: WEIGHTS_PREFIX },
          REVISION: { value: DEFAULT_REVISION },
          HF_ENDPOINT: { value: props.hubUrl },
          ...(props.huggingFaceToken !== undefined && {
            HF_TOKEN: {
              type: codebuild.BuildEnvironmentVariableType.SECRETS_MANAGER,
              value: props.huggingFaceToken.secretFullArn ?? props.huggingFaceToken.secretName,
            },
          }),
        },
      },
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        phases: {
          // The mirror runs on any of the images' versions, and no list of them is certain.
          install: { 'runtime-versions': { nodejs: 'latest' } },
          build: {
            commands: [
              'aws s3 cp "$PROGRAM" mirror.zip --only-show-errors',
              'unzip -q mirror.zip -d mirror',
              'node mirror/index.js',
            ],
          },
        },
      }),
      logging: { cloudWatch: { logGroup } },
      // The account's own key for S3, which CodeBuild takes if none is named.
      encryptionKey: kms.Alias.fromAliasName(this, 'Key', 'alias/aws/s3'),
    });
  }

  private role(props: MirrorProjectProps, program: Asset, logGroup: logs.ILogGroup): iam.Role {
    const role = new iam.Role(this, 'Role', {
      description: 'Model mirror: writes weights, reads nothing else of the account',
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [program.bucket.arnForObjects(program.s3ObjectKey)],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.allowWriting(props, role);
    props.huggingFaceToken?.grantRead(role);
    return role;
  }

  private allowWriting({ bucket, ownsBucket }: MirrorProjectProps, role: iam.Role): void {
    const keys = `${WEIGHTS_PREFIX}/*`;
    allowObjects(role, {
      bucket,
      keys,
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      sid: 'MirrorWritesAnyFileOfAnyModel',
      reason: 'The mirror writes the files of whatever model it is started for, below one prefix.',
      byBucket: ownsBucket,
    });
    grantList(role, bucket, keys);
    if (bucket.encryptionKey === undefined) return;
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [bucket.encryptionKey.keyArn],
      }),
    );
  }
}
