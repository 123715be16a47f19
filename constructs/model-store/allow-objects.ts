import { Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../acknowledge-wildcard';

export interface AllowObjectsOptions {
  readonly bucket: s3.IBucket;
  /** Keys, with a wildcard at their end. */
  readonly keys: string;
  readonly actions: string[];
  /** Why there is a wildcard, as a `Sid`. */
  readonly sid: string;
  /** The same as a sentence, for cdk-nag where it asks. */
  readonly reason: string;
  /** Whether the bucket's own policy may be added to. */
  readonly byBucket: boolean;
}

/**
 * Lets `grantee` do something with many objects. The bucket itself says so where it can, since there everybody who reaches
 * its objects stands in one place; a bucket that is not ours to change, or that is in another stack, which would then need
 * each other, leaves it to the grantee's policy.
 */
export function allowObjects(grantee: iam.IGrantable, options: AllowObjectsOptions): void {
  const { bucket, keys, actions, sid, reason, byBucket } = options;
  const principal = grantee.grantPrincipal;
  const resources = [bucket.arnForObjects(keys)];
  if (!Construct.isConstruct(principal)) {
    principal.addToPrincipalPolicy(new iam.PolicyStatement({ sid, actions, resources }));
    return;
  }
  if (byBucket && Stack.of(principal) === Stack.of(bucket)) {
    // Ids are unique in a policy, and this one has a statement for each grantee.
    const own = { sid: `${sid}For${Names.uniqueResourceName(principal, { maxLength: 60 })}`, principals: [principal] };
    if (bucket.addToResourcePolicy(new iam.PolicyStatement({ ...own, actions, resources })).statementAdded) return;
  }
  principal.addToPrincipalPolicy(new iam.PolicyStatement({ sid, actions, resources }));
  acknowledgeWildcard(principal, resources.join(), reason);
}
