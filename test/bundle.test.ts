/** What is deployed stays small, since a function that starts cold loads all of it, and is the same bytes on every machine. */
import { hash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { type Bundle, assetNames, bundleAsset, loadedAtOnce } from '../bin/dev/bundle';

const ROOT = path.resolve(__dirname, '..');
const KIB = 1024;

interface Budget {
  readonly budgetBytes: number;
  /** npm packages in it; `null`: any. */
  readonly packages: readonly string[] | null;
}

const BUNDLES: Readonly<Record<string, Budget>> = {
  // Every request of a cold function waits for it: no schema library, no YAML, no SDK.
  router: { budgetBytes: 150_000, packages: ['aws4', 'eventsource-parser'] },
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

test.each(Object.entries(BUNDLES))('%s fits its budget and takes along no other package', async (name, budget) => {
  const bundle = await bundleAsset(name);
  const packages = Object.keys(bundle.metafile.inputs).flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  if (budget.packages !== null) expect([...new Set(packages)].sort()).toEqual(budget.packages);
  const program = bundle.files.find(({ path: file }) => path.basename(file) === 'index.js');
  expect(program?.contents.byteLength).toBeLessThan(budget.budgetBytes);
});

test("the router's program takes along no protocol that is not everybody's", async () => {
  const bundle = await bundleAsset('router');
  const { outputs } = bundle.metafile;
  const names = loadedAtOnce(bundle.metafile);
  const atOnce = Object.entries(outputs).filter(([file]) => names.includes(path.basename(file)));
  const inputs = atOnce.flatMap(([, { inputs: parts }]) => Object.keys(parts));
  expect(inputs).toContain('lib/chat/openai-chat/pass-through.ts');
  expect(
    inputs.filter((file) => /gemini|bedrock-converse|anthropic|openai-responses|through-hub\b.*target/.test(file)),
  ).toEqual([]);
});

test('another folder makes the same bytes', async () => {
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-elsewhere-'));
  try {
    for (const folder of ['lambda', 'lib', 'config'])
      cpSync(path.join(ROOT, folder), path.join(elsewhere, folder), { recursive: true });
    // Packages too: the names of chunks come from where their parts lie.
    for (const name of BUNDLES['router']?.packages ?? []) {
      cpSync(path.join(ROOT, 'node_modules', name), path.join(elsewhere, 'node_modules', name), { recursive: true });
    }
    const [here, there] = await Promise.all([bundleAsset('router'), bundleAsset('router', elsewhere)]);
    const hashes = ({ files }: Bundle): unknown =>
      files.map(({ path: file, contents }) => [path.basename(file), hash('sha256', contents)]);
    expect(hashes(there)).toEqual(hashes(here));
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});
