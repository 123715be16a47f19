/** Before all tests: the bundles that constructs deploy, and the command line, are those of the sources at hand. */
import { buildAssets, buildProgram } from '../../bin/dev/bundle';
import { CLI } from './cli-file';

export default async function build(): Promise<void> {
  await Promise.all([buildAssets(), buildProgram('bin/hybrid-llm.ts', CLI)]);
}
