/** What is deployed stays small, since a function that starts cold loads all of it, and is the same bytes on every machine. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { assetNames, bundleAsset } from '../bin/dev/bundle';

const ROOT = path.resolve(__dirname, '..');
const KIB = 1024;

interface Bundle {
  readonly budgetBytes: number;
  /** npm packages in it; `null`: any. */
  readonly packages: readonly string[] | null;
}

const BUNDLES: Readonly<Record<string, Bundle>> = {
  // Every request of a cold function waits for it: no schema library, no YAML, no SDK.
  router: { budgetBytes: 160 * KIB, packages: ['aws4', 'eventsource-parser'] },
  'host-agent': { budgetBytes: 60 * KIB, packages: ['aws4'] },
  'model-mirror': { budgetBytes: 30 * KIB, packages: [] },
  // Nobody waits for it but a fleet that wakes: the SDK's clients may be in it.
  'fleet-controller': { budgetBytes: 1000 * KIB, packages: null },
  // Runs every five minutes and nobody waits: the SDK's clients may be in it.
  'spend-meter': { budgetBytes: 1000 * KIB, packages: null },
};

test('each program that is deployed has a budget', () => {
  expect(assetNames().sort()).toEqual(Object.keys(BUNDLES).sort());
});

test.each(Object.entries(BUNDLES))('%s fits its budget and takes along no other package', async (name, bundle) => {
  const { metafile, outputFiles } = await bundleAsset(name);
  const packages = Object.keys(metafile.inputs).flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  if (bundle.packages !== null) expect([...new Set(packages)].sort()).toEqual(bundle.packages);
  expect(outputFiles).toHaveLength(1);
  expect(outputFiles[0]?.contents.byteLength).toBeLessThan(bundle.budgetBytes);
});

test('another folder makes the same bytes', async () => {
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-elsewhere-'));
  try {
    for (const folder of ['lambda', 'lib', 'config'])
      cpSync(path.join(ROOT, folder), path.join(elsewhere, folder), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(elsewhere, 'node_modules'));
    const [here, there] = await Promise.all([bundleAsset('router'), bundleAsset('router', elsewhere)]);
    expect(there.outputFiles[0]?.hash).toBe(here.outputFiles[0]?.hash);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});
