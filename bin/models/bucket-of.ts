/** The bucket of `--bucket`, or else the one that the deployment's stack names. */
import type { Config } from '../../config/schema';
import { type Args, text } from '../commands/command';
import { deploymentOf, outputOf, regionOf } from '../commands/deployment';
import { type ModelBucket, modelBucket } from './model-bucket';

export async function bucketOf(args: Args, config: Config | null): Promise<ModelBucket> {
  const named = text(args, 'bucket');
  if (named !== undefined) return modelBucket(named, regionOf(args, config));
  const deployment = await deploymentOf(args, config);
  return modelBucket(outputOf(deployment, 'ModelBucketName'), deployment.region);
}
