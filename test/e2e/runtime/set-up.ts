/** Before all tests: the runtime interface client, built once and kept, and the bundles of the sources at hand. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { buildAssets } from '../../../bin/dev/bundle';
import { useTempFolder } from '../../support/temp-folder';
import { RIC_FOLDER } from './places';

const FUNCTIONS_RUN_ON = 'v24.';
const INSTALLS_FROM = ['package.json', 'package-lock.json', '.npmrc'];
const MARKER = path.join(RIC_FOLDER, 'installed');

export default async function setUp(): Promise<void> {
  useTempFolder();
  if (!process.version.startsWith(FUNCTIONS_RUN_ON)) {
    throw new Error(`this is Node.js ${process.version}, and functions run on 24: start this by npm run test:runtime`);
  }
  installRic();
  await buildAssets();
}

function installRic(): void {
  const wanted = fingerprint();
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return;
  process.stderr.write('building aws-lambda-ric (once, about a minute) …\n');
  rmSync(RIC_FOLDER, { recursive: true, force: true });
  mkdirSync(RIC_FOLDER, { recursive: true });
  for (const file of INSTALLS_FROM) copyFileSync(path.join(__dirname, file), path.join(RIC_FOLDER, file));
  // Its native part is built by and for the Node.js that runs it.
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync('npm', ['ci'], {
    cwd: RIC_FOLDER,
    env: { ...process.env, PATH },
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`aws-lambda-ric was not built; it needs Linux with cmake, g++ and make\n${stdout}\n${stderr}`);
  }
  writeFileSync(MARKER, wanted);
}

function fingerprint(): string {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const file of INSTALLS_FROM) hash.update(readFileSync(path.join(__dirname, file)));
  return hash.digest('hex');
}
