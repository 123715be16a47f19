/** One run: list, choose, copy what is not there yet, write the manifest. */
import type { Bucket } from './bucket';
import { Checksum } from './checksum';
import type { Hub, HubListing } from './hub';
import { type Manifest, type ManifestFile, manifestOf } from './manifest';
import { type MirrorProgress, reportLine } from '../../lib/weights/mirror-report';
import { Promises } from './promises';
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

  const progress = progressOf(wanted.length, bytes, say);
  const promises = new Promises(await bucket.read(`${folder}/manifest.json`), commit);
  for (const { path, sha256 } of wanted) if (sha256 !== null) promises.check(path, sha256);
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
      const job = { commit, file, key, promises, onWay: progress.onWay };
      const sha256 = await (file.sha256 === null ? copyWhole(job, tools) : copyPiecewise(job, tools));
      copied.push({ path, sizeBytes, sha256 });
    }
    progress.stored(sizeBytes);
  }

  const manifest = manifestOf(settings, commit, copied);
  await bucket.store(`${folder}/manifest.json`, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), null);
  say(`wrote ${folder}/manifest.json`);
  return manifest;
}

const PROGRESS_EVERY_BYTES = 1_000_000_000;

/** For programs: after each file, and at each gigabyte of one. */
function progressOf(ofFiles: number, ofBytes: number, say: MirrorTools['say']) {
  let [files, bytes] = [0, 0];
  const tell = (onWay: number): void =>
    say(reportLine({ kind: 'progress', files, ofFiles, bytes: bytes + onWay, ofBytes } satisfies MirrorProgress));
  return {
    onWay: tell,
    stored: (sizeBytes: number): void => {
      files += 1;
      bytes += sizeBytes;
      tell(0);
    },
  };
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
  if (listing.commit !== revision) await bucket.store(note, Buffer.from(`${listing.commit}\n`), null);
  return listing;
}

interface CopyJob {
  readonly commit: string;
  readonly file: HubFile;
  readonly key: string;
  readonly promises: Promises;
  /** Told how many bytes of the file have come, now and then. */
  readonly onWay: (bytes: number) => void;
}

/** Copies one file that git itself keeps, so a small one, and gives its SHA-256. It is stored at once or not at all. */
async function copyWhole({ commit, file, key, promises }: CopyJob, { hub, bucket }: MirrorTools): Promise<string> {
  const checksum = new Checksum(file);
  const chunks: Uint8Array[] = [];
  for await (const chunk of hub.download(commit, file)) {
    checksum.update(chunk);
    chunks.push(chunk);
  }
  const sha256 = checksum.verified();
  promises.check(file.path, sha256);
  await bucket.store(key, Buffer.concat(chunks), sha256);
  return sha256;
}

/**
 * Copies one file and gives its SHA-256. The last piece is withheld until the checksum agrees: whatever ends this program
 * before, the bucket never has a file of the right size with the wrong content.
 */
async function copyPiecewise({ commit, file, key, onWay }: CopyJob, { hub, bucket }: MirrorTools): Promise<string> {
  const checksum = new Checksum(file);
  const upload = bucket.upload(key, file.sizeBytes, file.sha256);
  let withheld: Uint8Array | null = null;
  try {
    for await (const chunk of hub.download(commit, file)) {
      const before = Math.floor(checksum.sizeBytes / PROGRESS_EVERY_BYTES);
      checksum.update(chunk);
      if (Math.floor(checksum.sizeBytes / PROGRESS_EVERY_BYTES) > before) onWay(checksum.sizeBytes);
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
