import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../acknowledge-wildcard';
import { allowObjects } from '../model-store/allow-objects';
import type { IModelStore } from '../model-store/i-model-store';
import { grantReadPrefix } from '../model-store/read-prefix';
import { SelfContainedRole } from '../self-contained-role';

export interface HostRoleProps {
  readonly fleetName: string;
  readonly modelStore: IModelStore;
  readonly fleetTable: dynamodb.ITable;
  readonly bundle: Asset;
  readonly repositoryArn: string;
  readonly adapters: { readonly [name: string]: string };
  readonly logs?: HostFolder;
  readonly compiled?: HostFolder;
}

/** A folder that hosts of the fleet share. */
export interface HostFolder {
  readonly bucket: s3.IBucket;
  /** With a slash at its end. */
  readonly prefix: string;
}

/** What a GPU host may do in the account. No managed policy: nobody logs in to a host, and it needs no agent of AWS. */
export class HostRole extends SelfContainedRole {
  constructor(scope: Construct, id: string, props: HostRoleProps) {
    super(scope, id, {
      description: `GPU hosts of the fleet ${props.fleetName}`,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    });
    props.modelStore.grantRead(this);
    this.allow({ actions: ['s3:GetObject'], resources: [props.bundle.bucket.arnForObjects(props.bundle.s3ObjectKey)] });
    this.allow({
      actions: ['dynamodb:UpdateItem'],
      resources: [props.fleetTable.tableArn],
      // Rows of other fleets in the same table are none of its business.
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [props.fleetName] } },
    });
    this.allowKey(props.fleetTable.encryptionKey, [
      'kms:Decrypt',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:DescribeKey',
    ]);
    this.allowPulling(props.repositoryArn);
    Object.entries(props.adapters).forEach(([name, uri], index) => this.allowAdapter(name, uri, index + 1));
    if (props.logs !== undefined) this.allowLogs(props.logs);
    if (props.compiled !== undefined) this.allowCompiled(props.compiled);
  }

  private allow(statement: iam.PolicyStatementProps): void {
    this.addToPolicy(new iam.PolicyStatement(statement));
  }

  private allowPulling(repositoryArn: string): void {
    this.allow({
      actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
      resources: [repositoryArn],
    });
    this.allow({
      sid: 'GetAuthorizationTokenExistsOnlyOnStar',
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
    });
    acknowledgeWildcard(
      this,
      '*',
      'ecr:GetAuthorizationToken exists on no other resource; what may be pulled stands beside it.',
    );
  }

  private allowAdapter(name: string, uri: string, number: number): void {
    const place = S3_FOLDER.exec(uri);
    // Told as a mistake already.
    if (place === null) return;
    const [, bucketName = '', prefix = ''] = place;
    // Named after its place, not its adapter: several may lie in one bucket.
    const id = `AdapterBucket-${bucketName}`;
    const bucket =
      (this.node.tryFindChild(id) as s3.IBucket | undefined) ?? s3.Bucket.fromBucketName(this, id, bucketName);
    grantReadPrefix(this, {
      bucket,
      prefix,
      byBucket: false,
      sid: `AdapterIsAFolderOfFiles${number}`,
      reason: `The adapter ${name} is a folder of files, for reading only.`,
    });
  }

  private allowLogs({ bucket, prefix }: HostFolder): void {
    allowObjects(this, {
      bucket,
      keys: `${prefix}*`,
      actions: ['s3:PutObject'],
      byBucket: true,
      sid: 'LogsOfHostsWhoseIdsNobodyKnowsYet',
      reason: 'Hosts write logs below one prefix, under instance ids that are not known before; they cannot read them.',
    });
    this.allowKey(bucket.encryptionKey, ['kms:GenerateDataKey', 'kms:Decrypt']);
  }

  private allowCompiled({ bucket, prefix }: HostFolder): void {
    allowObjects(this, {
      bucket,
      keys: `${prefix}*`,
      actions: ['s3:GetObject', 's3:PutObject'],
      byBucket: true,
      sid: 'CompiledKernelsUnderNamesMadeOfHashes',
      reason:
        'Hosts of a fleet share what the engine compiles, below one prefix, under hashes of what it was compiled for.',
    });
  }

  /** Of a table or bucket that is encrypted with a key of yours. */
  private allowKey(key: kms.IKey | undefined, actions: string[]): void {
    if (key !== undefined) this.allow({ actions, resources: [key.keyArn] });
  }
}

/** Bucket, and prefix without a slash at its end. */
export const S3_FOLDER = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?(.*?)\/*$/;
