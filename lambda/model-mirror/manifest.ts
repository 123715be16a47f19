/** `manifest.json`: written last, so that it is there only when all it lists is there. */
import type { MirrorSettings } from './settings';

export interface Manifest {
  readonly version: 1;
  readonly model: string;
  readonly revision: string;
  readonly commit: string;
  readonly totalBytes: number;
  /** In the order of their paths. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  /** Relative to the manifest. */
  readonly path: string;
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

export const manifestOf = (
  { model, revision }: MirrorSettings,
  commit: string,
  files: readonly ManifestFile[],
): Manifest => ({
  version: 1,
  model,
  revision,
  commit,
  totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
});
