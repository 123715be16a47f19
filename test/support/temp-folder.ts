/** What a run of tests leaves in the system's temporary folder is in one folder of its own, which goes with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const PREFIX = 'hybrid-llm-tests-';

/** For this process and all that it starts. */
export function useTempFolder(): void {
  process.env['TMPDIR'] = mkdtempSync(path.join(tmpdir(), PREFIX));
}

/** After all tests. */
export default function removeTempFolder(): void {
  const folder = tmpdir();
  if (path.basename(folder).startsWith(PREFIX)) rmSync(folder, { recursive: true, force: true });
}
