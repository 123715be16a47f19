/** Before all tests: the bundles that constructs deploy, and the command line, are those of the sources at hand. */
import { buildAssets, buildProgram } from '../../bin/dev/bundle';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CLI, WARM_CLI } from './cli-file';
import { useTempFolder } from './temp-folder';

export default async function build(): Promise<void> {
  useTempFolder();
  // Each command is a process of its own, of the same program.
  process.env['NODE_COMPILE_CACHE'] = path.join(tmpdir(), 'compile-cache');
  await Promise.all([
    buildAssets(),
    buildProgram('bin/hybrid-llm.ts', CLI),
    buildProgram('test/support/warm-cli-program.ts', WARM_CLI),
  ]);
}
