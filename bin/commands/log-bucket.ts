/** Logs of GPU hosts, where the hosts have put them: a bucket of the deployment, below `hosts/DEPLOYMENT/FLEET/INSTANCE/`. */
import { gunzipSync } from 'node:zlib';
import type { Config } from '../../config/schema';
import { awsMistake } from './aws-mistake';
import { type Args, UsageError, text } from './command';
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
  // Loaded here alone: no other command should wait for it.
  const { S3Client, ListObjectsV2Command, GetObjectCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ region });
  const name = `the bucket ${bucket}`;
  const asked = async <T>(permission: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchBucket') {
        throw new UsageError(`there is no bucket \`${bucket}\` in ${region}; name another with --bucket and --region`);
      }
      throw awsMistake(error, name, permission);
    }
  };
  return {
    name,
    list: () =>
      asked('s3:ListBucket', async () => {
        const logs: HostLog[] = [];
        let token: string | undefined;
        do {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: ROOT, ContinuationToken: token }),
          );
          for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
            const log = logOf(Key, Size, LastModified ?? new Date(0));
            if (log !== null) logs.push(log);
          }
          token = page.NextContinuationToken;
        } while (token !== undefined);
        return logs.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
      }),
    read: ({ key }) =>
      asked('s3:GetObject', async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return (isPacked(bytes) ? gunzipSync(bytes) : bytes).toString('utf8');
      }),
  };
}

const ROOT = 'hosts/';

const bucketOf = (deployment: Deployment): { region: string; bucket: string } => ({
  region: deployment.region,
  bucket: outputOf(deployment, 'LogBucketName'),
});

/** `null`: no log of a host. */
function logOf(key: string, bytes: number, time: Date): HostLog | null {
  const [, fleet, instance, file] = /^hosts\/[^/]+\/([^/]+)\/(i-[^/]+)\/(.+)$/.exec(key) ?? [];
  if (fleet === undefined || instance === undefined || file === undefined) return null;
  return { fleet, instance, file, bytes, time: time.toISOString(), key };
}

/** By its first bytes: on the way it may have been unpacked already. */
const isPacked = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
