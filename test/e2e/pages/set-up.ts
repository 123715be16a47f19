/** Before all tests: the browser, installed once and kept. Where there can be none, the tests say so and are skipped. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { useTempFolder } from '../../support/temp-folder';
import { browse } from './browser';
import { BROWSER_FOLDER, BROWSER_MISSING } from './places';

const INSTALLS_FROM = ['package.json', 'package-lock.json', '.npmrc'];
const MARKER = path.join(BROWSER_FOLDER, 'installed');

export default async function setUp(): Promise<void> {
  useTempFolder();
  rmSync(BROWSER_MISSING, { force: true });
  try {
    installBrowser();
    copyFileSync(path.join(__dirname, 'browse.mjs'), path.join(BROWSER_FOLDER, 'browse.mjs'));
    browse([]);
  } catch (error) {
    const why = (error as Error).message;
    process.stderr.write(`no browser, so that the pages are not looked at: ${why}\n`);
    mkdirSync(BROWSER_FOLDER, { recursive: true });
    writeFileSync(BROWSER_MISSING, why);
  }
}

function installBrowser(): void {
  const wanted = fingerprint();
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return;
  process.stderr.write('installing a headless browser (once, 70 MB) …\n');
  rmSync(BROWSER_FOLDER, { recursive: true, force: true });
  mkdirSync(BROWSER_FOLDER, { recursive: true });
  for (const file of INSTALLS_FROM) copyFileSync(path.join(__dirname, file), path.join(BROWSER_FOLDER, file));
  const { status, stdout, stderr } = spawnSync('npm', ['ci'], { cwd: BROWSER_FOLDER, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ci failed\n${stdout}\n${stderr}`);
  writeFileSync(MARKER, wanted);
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.arch);
  for (const file of INSTALLS_FROM) hash.update(readFileSync(path.join(__dirname, file)));
  return hash.digest('hex');
}
