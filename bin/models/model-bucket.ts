/** The deployment's bucket of weights, with the caller's AWS login. */
import type { Manifest } from '../../lambda/model-mirror/manifest';
import { WEIGHTS_PREFIX } from '../../lib/capacity/weights-layout';
import { type Bucket, openBucket } from '../commands/bucket';
import { type StoredWeights, manifestKeys, storedWeights } from './stored-weights';

export interface ModelBucket extends Pick<Bucket, 'name' | 'remove'> {
  list(): Promise<readonly StoredWeights[]>;
}

export async function modelBucket(bucket: string, region: string): Promise<ModelBucket> {
  const objects = await openBucket(bucket, region);
  const manifest = async (key: string): Promise<[string, Manifest][]> => {
    const read = readManifest((await objects.read(key)).toString('utf8'));
    return read === null ? [] : [[key, read]];
  };
  return {
    name: objects.name,
    remove: (keys) => objects.remove(keys),
    list: async () => {
      const there = await objects.list(`${WEIGHTS_PREFIX}/`);
      const manifests = await Promise.all(manifestKeys(there).map(manifest));
      return storedWeights(there, new Map(manifests.flat()));
    },
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
