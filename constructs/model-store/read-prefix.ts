import * as iam from 'aws-cdk-lib/aws-iam';
import { allowObjects, type AllowObjectsOptions } from './allow-objects';

export interface ReadPrefixOptions extends Omit<AllowObjectsOptions, 'keys' | 'actions'> {
  /** Without a slash at its end; empty: the whole bucket. */
  readonly prefix: string;
}

/** Lets `grantee` read the objects under a prefix, and list them. */
export function grantReadPrefix(grantee: iam.IGrantable, { prefix, ...options }: ReadPrefixOptions): iam.Grant {
  const { bucket } = options;
  const keys = prefix === '' ? '*' : `${prefix}/*`;
  allowObjects(grantee, { ...options, keys, actions: ['s3:GetObject'] });
  bucket.encryptionKey?.grantDecrypt(grantee);
  return grantList(grantee, bucket, keys);
}

/** Without the right to list, S3 answers "forbidden" for an object that is not there. */
export const grantList = (grantee: iam.IGrantable, bucket: AllowObjectsOptions['bucket'], keys: string): iam.Grant =>
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['s3:ListBucket'],
    resourceArns: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': keys } },
  });
