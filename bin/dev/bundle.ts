/** The bundles: what goes into them and for which runtime. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { type BuildResult, build } from 'esbuild';

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

/** What runs in an account: a function or a host's program as one file with all it needs. The same bytes on every machine. */
export function bundleAsset(name: string, root = ROOT): Promise<BuildResult<{ metafile: true; write: false }>> {
  return build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: [path.join('lambda', name, 'index.ts')],
    outfile: path.join('dist/assets', name, 'index.js'),
    target: 'node24',
    // Not what the compiler is told: a file beside the sources must not change the bytes.
    tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
    // Modules of their own kind are what esbuild can leave parts out of.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    write: false,
  });
}

/** Programs under `lambda/`: each folder with an `index.ts`. */
export const assetNames = (): string[] =>
  readdirSync(path.join(ROOT, 'lambda')).filter((name) => existsSync(path.join(ROOT, 'lambda', name, 'index.ts')));

/** Bundles all assets into `dist/assets`. A file whose bytes have not changed is not touched. */
export async function buildAssets(): Promise<void> {
  await Promise.all(
    assetNames().map(async (name) => {
      const { outputFiles } = await bundleAsset(name);
      for (const { path: file, contents } of outputFiles) writeIfChanged(file, contents);
    }),
  );
  // The agent's program and the files that boot its host are one bundle.
  for (const name of readdirSync(HOST_FILES)) {
    writeIfChanged(path.join(ROOT, 'dist/assets/host-agent', name), readFileSync(path.join(HOST_FILES, name)));
  }
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
