/** The router's bundle stays small: a function that starts cold loads all of it before the first answer. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buildRouter } from '../bin/dev/bundle';

const BUDGET_BYTES = 150 * 1024;

test('the router fits its budget and takes along no schema library, no YAML and no SDK', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-bundle-'));
  try {
    const outfile = path.join(folder, 'router.js');
    const { metafile } = await buildRouter(outfile);
    const packages = Object.keys(metafile.inputs).flatMap(
      (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
    );
    expect([...new Set(packages)]).toEqual(['eventsource-parser']);
    expect(statSync(outfile).size).toBeLessThan(BUDGET_BYTES);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
