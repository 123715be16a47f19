/** The lock file beside the config. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Lock } from '../../config/lock';
import { LOCK_FILE } from '../../config/lock';
import { readLock } from '../../lib/selection/resolve';
import { UsageError } from './command';

export const lockFileOf = (configFile: string): string => path.join(path.dirname(configFile), LOCK_FILE);

/** `null`: there is none. */
export function loadLock(file: string): Lock | null {
  if (!existsSync(file)) return null;
  const read = readLock(readFileSync(file, 'utf8'));
  if ('problem' in read) throw new UsageError(`${file}: ${read.problem}`);
  return read.lock;
}

export function saveLock(file: string, lock: Lock): void {
  try {
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`the lock file ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
