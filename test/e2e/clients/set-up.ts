/** Before all tests: the clients, installed once and kept, and the command line as it is shipped. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { buildAll } from '../../../bin/dev/bundle';
import { useTempFolder } from '../../support/temp-folder';
import { CLIENTS_FOLDER, CLIENT_PROGRAMS } from './places';
import { installPython } from './python';

/** Below it the newest clients do not run. */
const OLDEST_NODE = 22;
const INSTALLS_FROM = ['package.json', 'package-lock.json', '.npmrc'];
const MARKER = path.join(CLIENTS_FOLDER, 'installed');

export default async function setUp(): Promise<void> {
  useTempFolder();
  if (Number.parseInt(process.versions.node) < OLDEST_NODE) {
    throw new Error(`this is Node.js ${process.version}: start this by npm run test:clients`);
  }
  installClients();
  for (const file of CLIENT_PROGRAMS) copyFileSync(path.join(__dirname, file), path.join(CLIENTS_FOLDER, file));
  await Promise.all([installPython(), buildAll()]);
}

function installClients(): void {
  const wanted = fingerprint();
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return;
  process.stderr.write('installing clients for Node.js (once, 200 MB) …\n');
  rmSync(CLIENTS_FOLDER, { recursive: true, force: true });
  mkdirSync(CLIENTS_FOLDER, { recursive: true });
  for (const file of INSTALLS_FROM) copyFileSync(path.join(__dirname, file), path.join(CLIENTS_FOLDER, file));
  const { status, stdout, stderr } = spawnSync('npm', ['ci'], { cwd: CLIENTS_FOLDER, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ci failed\n${stdout}\n${stderr}`);
  writeFileSync(MARKER, wanted);
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.arch);
  for (const file of INSTALLS_FROM) hash.update(readFileSync(path.join(__dirname, file)));
  return hash.digest('hex');
}
