/** One run: list, choose, copy what is not there yet, write the manifest. */
import type { Bucket } from './bucket';
import { Checksum } from './checksum';
import type { Hub, HubListing } from './hub';
import { type Manifest, type ManifestFile, manifestOf } from './manifest';
import { type HubFile, selectFiles } from './select-files';
import type { MirrorSettings } from './settings';

export interface MirrorTools {
  readonly hub: Hub;
  readonly bucket: Bucket;
  /** One line of progress. */
  readonly say: (line: string) => void;
}

export async function mirror(settings: MirrorSettings, tools: MirrorTools): Promise<Manifest> {
  const { model, revision, prefix } = settings;
  const { bucket, say } = tools;
  const folder = `${prefix}/${model}/${revision}`;
  const { commit, files } = await pinned(settings, folder, tools);
  const wanted = selectFiles(model, files);
  const bytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  say(`${model} at ${revision} is commit ${commit}: ${wanted.length} files, ${gigabytes(bytes)}`);

  const copied: ManifestFile[] = [];
  for (const [index, file] of wanted.entries()) {
    const { path, sizeBytes } = file;
    const key = `${folder}/${path}`;
    const place = `${index + 1} of ${wanted.length}: ${path}`;
    // Small files have no SHA-256 to compare, and take no time.
    const there = file.sha256 === null ? null : await bucket.find(key);
    if (there?.sha256 != null && there.sha256 === file.sha256 && there.sizeBytes === sizeBytes) {
      say(`${place} is there already`);
      copied.push({ path, sizeBytes, sha256: there.sha256 });
    } else {
      say(`${place}, ${gigabytes(sizeBytes)}`);
      copied.push({ path, sizeBytes, sha256: await copy(commit, file, key, tools) });
    }
  }

  const manifest = manifestOf(settings, commit, copied);
  await bucket.write(`${folder}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  say(`wrote ${folder}/manifest.json`);
  return manifest;
}

/**
 * What the revision consists of. A branch moves, and a host may read its folder at any time: the commit that it is at the
 * first run is noted there, and every later run keeps to it.
 */
async function pinned(
  { revision }: MirrorSettings,
  folder: string,
  { hub, bucket, say }: MirrorTools,
): Promise<HubListing> {
  const note = `${folder}/commit`;
  const noted = (await bucket.read(note))?.trim();
  if (noted !== undefined) {
    say(
      `${revision} stays at ${noted}, which it was when it was first copied; start with REVISION=COMMIT for other weights`,
    );
    return hub.list(noted);
  }
  const listing = await hub.list(revision);
  if (listing.commit !== revision) await bucket.write(note, `${listing.commit}\n`);
  return listing;
}

const PROGRESS_EVERY_BYTES = 1_000_000_000;

/**
 * Copies one file and gives its SHA-256. The last piece is withheld until the checksum agrees: whatever ends this program
 * before, the bucket never has a file of the right size with the wrong content.
 */
async function copy(commit: string, file: HubFile, key: string, { hub, bucket, say }: MirrorTools): Promise<string> {
  const checksum = new Checksum(file);
  const upload = bucket.upload(key, file.sizeBytes, file.sha256);
  let withheld: Uint8Array | null = null;
  try {
    for await (const chunk of hub.download(commit, file)) {
      const before = Math.floor(checksum.sizeBytes / PROGRESS_EVERY_BYTES);
      checksum.update(chunk);
      if (Math.floor(checksum.sizeBytes / PROGRESS_EVERY_BYTES) > before) {
        say(`  ${gigabytes(checksum.sizeBytes)} of ${gigabytes(file.sizeBytes)}`);
      }
      if (withheld !== null) await upload.write(withheld);
      withheld = chunk;
    }
    const sha256 = checksum.verified();
    if (withheld !== null) await upload.write(withheld);
    await upload.finish();
    return sha256;
  } catch (error) {
    await upload.abandon();
    throw error;
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 4 : 1)} GB`;
