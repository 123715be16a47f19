/** Logs of GPU hosts, where the hosts have put them: a bucket of the deployment, below `hosts/DEPLOYMENT/FLEET/INSTANCE/`. */
import { gunzipSync } from 'node:zlib';
import type { Config } from '../../config/schema';
import { type StoredObject, openBucket } from './bucket';
import { type Args, text } from './command';
import { type Deployment, deploymentOf, outputOf, regionOf } from './deployment';

export interface HostLog {
  readonly fleet: string;
  readonly instance: string;
  /** Name of the file, below the instance. */
  readonly file: string;
  readonly bytes: number;
  /** ISO 8601, when it was written last. */
  readonly time: string;
  readonly key: string;
}

export interface LogBucket {
  /** For messages. */
  readonly name: string;
  /** The oldest first. */
  list(): Promise<readonly HostLog[]>;
  /** As text, also of a file that is packed. */
  read(log: HostLog): Promise<string>;
}

/** The bucket of `--bucket`, or else the one that the deployment's stack names. */
export async function logBucket(args: Args, config: Config | null): Promise<LogBucket> {
  const named = text(args, 'bucket');
  const { region, bucket } =
    named === undefined
      ? bucketOf(await deploymentOf(args, config))
      : { region: regionOf(args, config), bucket: named };
  const objects = await openBucket(bucket, region);
  return {
    name: objects.name,
    list: async () => {
      const logs = (await objects.list(ROOT)).map(logOf).filter((log) => log !== null);
      return logs.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    },
    read: async ({ key }) => {
      const bytes = await objects.read(key);
      return (isPacked(bytes) ? gunzipSync(bytes) : bytes).toString('utf8');
    },
  };
}

const ROOT = 'hosts/';

const bucketOf = (deployment: Deployment): { region: string; bucket: string } => ({
  region: deployment.region,
  bucket: outputOf(deployment, 'LogBucketName'),
});

/** `null`: no log of a host. */
function logOf({ key, bytes, time }: StoredObject): HostLog | null {
  const [, fleet, instance, file] = /^hosts\/[^/]+\/([^/]+)\/(i-[^/]+)\/(.+)$/.exec(key) ?? [];
  if (fleet === undefined || instance === undefined || file === undefined) return null;
  return { fleet, instance, file, bytes, time, key };
}

/** By its first bytes: on the way it may have been unpacked already. */
const isPacked = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
