/**
 * Copies one model from the Hugging Face hub into the account's bucket. Runs as a CodeBuild build, outside of any VPC.
 *
 * Lifecycle: resolve the revision to a commit, once for all runs → choose safetensors, tokenizer and configuration → for each file: skip it if
 * it is stored with the right checksum, else stream it from the hub through a checksum into `aws s3 cp -` → `manifest.json`.
 *
 * Gotchas
 * - Large files never touch the disk: one may be larger than it.
 * - The end of a file is withheld from the upload until the checksum agrees, so a wrong file is never stored as a right one.
 * - Connections to the hub break within hours of copying: a download goes on at its last byte, the upload never notices.
 */
import { Bucket } from './bucket';
import { Hub } from './hub';
import { reportLine } from '../../lib/weights/mirror-report';
import { mirror } from './mirror';
import { MirrorRefusal, readSettings } from './settings';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const say = (line: string): void => console.log(line);
  await mirror(settings, { hub: new Hub(settings), bucket: new Bucket(settings.bucket, process.env), say });
}

main().catch((error: unknown) => {
  console.error(error instanceof MirrorRefusal ? error.message : error);
  if (error instanceof MirrorRefusal) console.log(reportLine({ kind: 'refused', message: error.message }));
  process.exitCode = error instanceof MirrorRefusal ? 2 : 1;
});
