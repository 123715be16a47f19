/** A Python of the suite's own, with the pinned packages it needs. Made on the first run, and anew when the pins change. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VENV = path.join(__dirname, '.venv');
const REQUIREMENTS = path.join(__dirname, 'requirements.txt');
const MARKER = path.join(VENV, 'installed-from');

export const venvProgram = (name: string): string => path.join(VENV, 'bin', name);

export async function installPython(): Promise<void> {
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return;
  process.stderr.write('installing openai-python into test/e2e/clients/.venv (once)\n');
  await run('python3', ['-m', 'venv', '--clear', VENV]);
  await run(venvProgram('pip'), ['install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]);
  writeFileSync(MARKER, wanted);
}
