/**
 * `npm run lint:api`: jsii as a linter of the constructs' public face. It compiles a copy, since it writes beside its
 * sources; what it accepts could be offered to Python, Java and Go.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

interface Manifest {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

function main(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-jsii-'));
  try {
    for (const area of ['constructs', 'config', 'lib'])
      cpSync(path.join(ROOT, area), path.join(folder, area), { recursive: true });
    for (const file of ['README.md', 'LICENSE']) cpSync(path.join(ROOT, file), path.join(folder, file));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const { name, version, description, license, peerDependencies, dependencies } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    ) as Manifest;
    const manifest = {
      name,
      version,
      description,
      license,
      author: { name, url: 'https://example.com' },
      repository: { type: 'git', url: 'https://example.com/cdk-hybrid-llm.git' },
      main: 'constructs/index.js',
      types: 'constructs/index.d.ts',
      // What the constructs use inside and never show.
      bundledDependencies: Object.keys(dependencies),
      dependencies,
      peerDependencies,
      devDependencies: Object.fromEntries(
        Object.entries(peerDependencies).map(([peer, range]) => [peer, range.replace('^', '')]),
      ),
      jsii: { outdir: 'dist', targets: {}, tsc: { lib: ['es2024'] } },
    };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
    const jsii = spawnSync(
      process.execPath,
      [path.join(ROOT, 'node_modules/jsii/bin/jsii'), '--silence-warnings', 'reserved-word'],
      {
        cwd: folder,
        stdio: 'inherit',
      },
    );
    return jsii.status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
