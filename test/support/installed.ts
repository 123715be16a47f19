/** Suites that need a program of the system: without it they skip themselves and say so. */
import { spawnSync } from 'node:child_process';

/** Whatever it answers, it is there if it could be started. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

export function describeWith(program: string, name: string, suite: () => void): void {
  if (isInstalled(program)) describe(name, suite);
  else describe.skip(`${name} (skipped: ${program} is not installed)`, suite);
}
