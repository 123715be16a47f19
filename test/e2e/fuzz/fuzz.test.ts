/**
 * Damaged requests and damaged answers, 12,000 of them, or as many as `FUZZ_RUNS` says, from `FUZZ_SEED`. In a process of
 * its own, whose memory is the router's.
 */
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Summary } from './program';

const ROOT = path.resolve(__dirname, '../../..');
const { FUZZ_RUNS = '12000', FUZZ_SEED = '1' } = process.env;

test('nothing crashes, hangs, leaks or is called a fault of the router', async () => {
  const args = ['--expose-gc', '--import', 'tsx', 'test/e2e/fuzz/program.ts', '--runs', FUZZ_RUNS, '--seed', FUZZ_SEED];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT }).catch(
    // It ends with another code where something was wrong, and has said what.
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const summary = JSON.parse(stdout) as Summary;
  console.log(
    `${summary.runs} runs, seed ${summary.seed}: ${JSON.stringify(summary.statuses)}, ${summary.grownMb} MB more`,
  );
  expect(summary.wrong).toEqual([]);
  expect(summary.runs).toBeGreaterThanOrEqual(10_000);
  expect(summary.grownMb).toBeLessThan(10);
  // Damage that nothing survives, or that harms nothing, would test little.
  for (const status of ['200', '400', '502']) expect(summary.statuses[status]).toBeGreaterThan(summary.runs / 25);
});
