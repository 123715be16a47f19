/** The bundles: what goes into them and for which runtime. */
import { type BuildResult, build } from 'esbuild';

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  logLevel: 'warning',
  metafile: true,
} as const;

/** The command line, beside its npm packages. */
export function buildCommandLine(outfile: string): Promise<BuildResult> {
  return build({ ...COMMON, entryPoints: ['bin/hybrid-llm.ts'], outfile, packages: 'external' });
}

/** The router as a function runs it: one file with all it needs. */
export function buildRouter(outfile: string): Promise<BuildResult<{ metafile: true }>> {
  return build({ ...COMMON, entryPoints: ['lambda/router/app.ts'], outfile, minify: true });
}
