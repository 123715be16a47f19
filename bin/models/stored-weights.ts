/** What a bucket of weights holds, from the names of its objects and its manifests. */
import type { Manifest } from '../../lambda/model-mirror/manifest';
import { WEIGHTS_PREFIX } from '../../lib/capacity/weights-layout';
import type { StoredObject } from '../commands/bucket';
import { groupBy } from '../../lib/group-by';

/**
 * `complete`: a fleet can load them; `partial`: no manifest yet, so that a fleet waits; `damaged`: the manifest lists what is
 * not there, so that a fleet would fail.
 */
export type StoredState = 'complete' | 'partial' | 'damaged';

export interface StoredWeights {
  readonly repository: string;
  readonly revision: string;
  readonly state: StoredState;
  /** `null` without a manifest. */
  readonly commit: string | null;
  /** Of all objects, whether the manifest lists them or not. */
  readonly bytes: number;
  /** When something of it was written last, ISO 8601. */
  readonly time: string;
  /** The manifest, if there is one, is the first. */
  readonly keys: readonly string[];
}

const MANIFEST = 'manifest.json';

export const manifestKeys = (objects: readonly StoredObject[]): readonly string[] =>
  objects.map(({ key }) => key).filter((key) => key.endsWith(`/${MANIFEST}`));

/** `manifests`: by their keys; one that nobody can read is left out. */
export function storedWeights(
  objects: readonly StoredObject[],
  manifests: ReadonlyMap<string, Manifest>,
): readonly StoredWeights[] {
  // The longest first: a revision may have a slash in its name, and so stand below another.
  const folders = [...manifests.keys()]
    .map((key) => key.slice(0, -MANIFEST.length))
    .toSorted((a, b) => b.length - a.length);
  const folderOf = ({ key }: StoredObject): string =>
    folders.find((folder) => key.startsWith(folder)) ?? `${key.split('/').slice(0, SEGMENTS).join('/')}/`;
  const inFolders = groupBy(
    objects.filter(({ key }) => key.split('/').length > SEGMENTS),
    folderOf,
  );
  return [...inFolders]
    .map(([folder, found]) => weightsIn(folder, found, manifests.get(`${folder}${MANIFEST}`) ?? null))
    .toSorted((a, b) => (a.repository + a.revision < b.repository + b.revision ? -1 : 1));
}

/** `weights/OWNER/NAME/REVISION`: where nothing says more. */
const SEGMENTS = 4;

function weightsIn(folder: string, found: readonly StoredObject[], manifest: Manifest | null): StoredWeights {
  const [owner, name, ...revision] = folder.slice(WEIGHTS_PREFIX.length + 1, -1).split('/');
  const keys = found.map(({ key }) => key);
  return {
    repository: manifest?.model ?? `${owner}/${name}`,
    revision: manifest?.revision ?? revision.join('/'),
    state: stateOf(folder, found, manifest),
    commit: manifest?.commit ?? null,
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    time: found.map(({ time }) => time).reduce((latest, time) => (time > latest ? time : latest)),
    keys: keys.toSorted((a, b) => Number(b.endsWith(`/${MANIFEST}`)) - Number(a.endsWith(`/${MANIFEST}`))),
  };
}

function stateOf(folder: string, found: readonly StoredObject[], manifest: Manifest | null): StoredState {
  if (manifest === null) return found.some(({ key }) => key === `${folder}${MANIFEST}`) ? 'damaged' : 'partial';
  const bytesOf = new Map(found.map(({ key, bytes }) => [key, bytes]));
  const isThere = manifest.files.every(({ path, sizeBytes }) => bytesOf.get(`${folder}${path}`) === sizeBytes);
  return isThere ? 'complete' : 'damaged';
}
