/** The bundles: what goes into them and for which runtime. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { type BuildOptions, type BuildResult, type Metafile, build, transform } from 'esbuild';
import { oneProgram } from './one-program';

const ROOT = path.resolve(__dirname, '../..');

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  logLevel: 'warning',
  metafile: true,
} as const;

/** Small packages are taken in, since one file loads in a third of the time; the CDK and AWS's clients stay as they are. */
const EXTERNAL = ['aws-cdk-lib', 'constructs', '@aws-sdk/*'];

/** What runs on the user's machine (command line, CDK app, constructs), beside its npm packages. */
export function buildProgram(entry: string, outfile: string): Promise<BuildResult> {
  return build({ ...COMMON, entryPoints: [entry], outfile, external: EXTERNAL });
}

/** A file of a bundle. */
export interface BundleFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

export interface Bundle {
  readonly files: readonly BundleFile[];
  readonly metafile: Metafile;
}

/** What runs in an account: a function's or host's program, `index.js`, with all it needs. The same bytes on every machine. */
export function bundleAsset(name: string, root = ROOT): Promise<Bundle> {
  return name === SPLIT ? bundleInChunks(name, root) : bundleInOne(name, root);
}

/** Beside its program a chunk for each part that is loaded only when something asks for it. */
const SPLIT = 'router';

const assetOptions = (name: string, root: string): BuildOptions & { write: false; metafile: true } => ({
  ...COMMON,
  absWorkingDir: root,
  entryPoints: [path.join('lambda', name, 'index.ts')],
  outdir: path.join('dist/assets', name),
  target: 'node24',
  // Not what the compiler is told: a file beside the sources must not change the bytes.
  tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
  // Modules of their own kind are what esbuild can leave parts out of.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  write: false,
});

async function bundleInOne(name: string, root: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build(assetOptions(name, root));
  return { files: outputFiles, metafile };
}

/** Only modules are split, and CommonJS is loaded faster: first the one, then each file into the other. */
async function bundleInChunks(name: string, root: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...assetOptions(name, root),
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
  });
  const parts = await Promise.all(
    outputFiles.map(async ({ path: file, text }) => ({ name: path.basename(file), code: await asCommonJs(text) })),
  );
  const folder = path.join(root, 'dist/assets', name);
  const written = oneProgram(ENTRY, parts, loadedAtOnce(metafile));
  const files = [...written].map(([file, code]) => ({ path: path.join(folder, file), contents: Buffer.from(code) }));
  return { files, metafile };
}

const ENTRY = 'index.js';

/** Names of the output files without which the program cannot start: its own, and what it imports at once. */
export function loadedAtOnce({ outputs }: Metafile): string[] {
  const files = new Set(Object.keys(outputs).filter((file) => path.basename(file) === ENTRY));
  for (const file of files) {
    for (const { kind, path: imported } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && imported in outputs) files.add(imported);
    }
  }
  return [...files].map((file) => path.basename(file));
}

async function asCommonJs(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    supported: { 'dynamic-import': false },
  });
  return code;
}

/** Programs under `lambda/`: each folder with an `index.ts`. */
export const assetNames = (): string[] =>
  readdirSync(path.join(ROOT, 'lambda')).filter((name) => existsSync(path.join(ROOT, 'lambda', name, 'index.ts')));

/** Bundles all assets into `dist/assets`. A file whose bytes have not changed is not touched. */
export async function buildAssets(): Promise<void> {
  await Promise.all(
    assetNames().map(async (name) => {
      const { files } = await bundleAsset(name);
      for (const { path: file, contents } of files) writeIfChanged(file, contents);
      removeOthers(path.join(ROOT, 'dist/assets', name), files);
    }),
  );
  // The agent's program and the files that boot its host are one bundle.
  for (const name of readdirSync(HOST_FILES)) {
    writeIfChanged(path.join(ROOT, 'dist/assets/host-agent', name), readFileSync(path.join(HOST_FILES, name)));
  }
}

/** Chunks of an earlier build. */
function removeOthers(folder: string, files: readonly BundleFile[]): void {
  const names = new Set(files.map(({ path: file }) => path.basename(file)));
  const old = readdirSync(folder).filter((name) => name.endsWith('.js') && !names.has(name));
  for (const name of old) rmSync(path.join(folder, name), { force: true });
}

const HOST_FILES = path.join(ROOT, 'constructs/vllm-fleet/host');

const PROGRAMS = ['bin/hybrid-llm', 'bin/app', 'constructs/index'];

/** Everything that is shipped: the command line, the CDK app, the constructs, and what the constructs deploy. */
export async function buildAll(): Promise<void> {
  await Promise.all([buildAssets(), ...PROGRAMS.map((name) => buildProgram(`${name}.ts`, `dist/${name}.js`))]);
}

function writeIfChanged(file: string, contents: Uint8Array): void {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  // In one step: another process may read the file meanwhile.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, file);
}
