/** Checks a file against what the hub says of it, while it passes. */
import { createHash } from 'node:crypto';
import { MirrorRefusal } from './settings';
import type { HubFile } from './select-files';

export class Checksum {
  /** Of what has passed. */
  sizeBytes = 0;
  private readonly sha256 = createHash('sha256');
  /** Small files are known by git's own hash: SHA-1 over a header and the content. */
  private readonly gitBlob;

  constructor(private readonly file: HubFile) {
    if (file.sha256 === null && file.gitBlob === null) {
      throw new MirrorRefusal(`the hub states no checksum of ${file.path}, so nothing says that a copy would be right`);
    }
    this.gitBlob = file.sha256 === null ? createHash('sha1').update(`blob ${file.sizeBytes}\0`) : null;
  }

  update(chunk: Uint8Array): void {
    this.sizeBytes += chunk.length;
    this.sha256.update(chunk);
    this.gitBlob?.update(chunk);
  }

  /** The SHA-256 of all that has passed; throws `MirrorRefusal` where it is not the file. */
  verified(): string {
    const { path, sizeBytes } = this.file;
    if (this.sizeBytes !== sizeBytes) {
      throw new MirrorRefusal(
        `${path} has ${this.sizeBytes} bytes where the hub states ${sizeBytes}; it was not stored`,
      );
    }
    const sha256 = this.sha256.digest('hex');
    const [got, stated] =
      this.gitBlob === null ? [sha256, this.file.sha256] : [this.gitBlob.digest('hex'), this.file.gitBlob];
    if (got !== stated) {
      throw new MirrorRefusal(`${path} has checksum ${got} where the hub states ${stated}; it was not stored`);
    }
    return sha256;
  }
}
