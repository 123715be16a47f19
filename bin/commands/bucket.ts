/** A bucket of the deployment, with the caller's AWS login: what S3 refuses is told with the permission that it takes. */
import { awsMistake } from './aws-mistake';
import { UsageError } from './command';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** When it was written, ISO 8601. */
  readonly time: string;
}

export interface Bucket {
  /** For messages. */
  readonly name: string;
  /** All below the prefix. */
  list(prefix: string): Promise<StoredObject[]>;
  read(key: string): Promise<Buffer>;
  /** Of these keys the first is gone before any other goes. */
  remove(keys: readonly string[]): Promise<void>;
}

/** What S3 deletes in one call. */
const MOST_KEYS = 1000;

export async function openBucket(bucket: string, region: string): Promise<Bucket> {
  // Loaded here alone: no other command should wait for it.
  const { S3Client, ListObjectsV2Command, GetObjectCommand, DeleteObjectCommand, DeleteObjectsCommand } =
    await import('@aws-sdk/client-s3');
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
    list: (prefix) =>
      asked('s3:ListBucket', async () => {
        const found: StoredObject[] = [];
        let token: string | undefined;
        do {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
          );
          for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
            found.push({ key: Key, bytes: Size, time: (LastModified ?? new Date(0)).toISOString() });
          }
          token = page.NextContinuationToken;
        } while (token !== undefined);
        return found;
      }),
    read: (key) =>
      asked('s3:GetObject', async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      }),
    remove: ([first, ...rest]) =>
      asked('s3:DeleteObject', async () => {
        if (first === undefined) return;
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: first }));
        for (let at = 0; at < rest.length; at += MOST_KEYS) {
          const Objects = rest.slice(at, at + MOST_KEYS).map((Key) => ({ Key }));
          const { Errors = [] } = await client.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
          );
          const [error] = Errors;
          if (error !== undefined) {
            throw new UsageError(`${name}: ${error.Key} was not deleted (${error.Code}); run it again`);
          }
        }
      }),
  };
}
