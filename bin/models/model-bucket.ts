/** The deployment's bucket of weights, with the caller's AWS login. */
import type { Manifest } from '../../lambda/model-mirror/manifest';
import { WEIGHTS_PREFIX } from '../../lib/capacity/weights-layout';
import { awsMistake } from '../commands/aws-mistake';
import { UsageError } from '../commands/command';
import { type StoredObject, type StoredWeights, manifestKeys, storedWeights } from './stored-weights';

export interface ModelBucket {
  /** For messages. */
  readonly name: string;
  list(): Promise<readonly StoredWeights[]>;
  /** Of these keys the first is gone before any other goes. */
  remove(keys: readonly string[]): Promise<void>;
}

/** What S3 deletes in one call. */
const MOST_KEYS = 1000;

export async function modelBucket(bucket: string, region: string): Promise<ModelBucket> {
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
  const objects = async (): Promise<StoredObject[]> => {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: `${WEIGHTS_PREFIX}/`, ContinuationToken: token }),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        found.push({ key: Key, bytes: Size, time: (LastModified ?? new Date(0)).toISOString() });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  };
  const manifest = async (key: string): Promise<[string, Manifest][]> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const read = readManifest((await Body?.transformToString()) ?? '');
    return read === null ? [] : [[key, read]];
  };
  return {
    name,
    list: async () => {
      const there = await asked('s3:ListBucket', objects);
      const manifests = await asked('s3:GetObject', () => Promise.all(manifestKeys(there).map(manifest)));
      return storedWeights(there, new Map(manifests.flat()));
    },
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

function readManifest(text: string): Manifest | null {
  try {
    const read = JSON.parse(text) as Manifest;
    return Array.isArray(read.files) && typeof read.model === 'string' && typeof read.revision === 'string'
      ? read
      : null;
  } catch {
    return null;
  }
}
