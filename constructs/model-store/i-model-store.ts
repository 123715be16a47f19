import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/**
 * Where hosts read weights. `ModelStore` is one. It keeps the files of a model below `weights/MODEL/REVISION/`, and beside
 * them a `manifest.json`, written last, that lists them: where it is, the weights are complete and never change.
 */
export interface IModelStore extends IConstruct {
  readonly bucket: s3.IBucket;

  /** Lets `grantee` read and list everything under `weights/`, and nothing else of the bucket. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}
