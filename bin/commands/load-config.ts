/** The config file: found, read, parsed and checked. */
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Config } from '../../config/schema';
import { type Finding, formatFinding } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { type Args, UsageError, text } from './command';

export const CONFIG_OPTION = { config: { type: 'string', short: 'c' } } as const;

export interface LoadedConfig {
  readonly file: string;
  /** `null`: there are errors among the findings. */
  readonly config: Config | null;
  readonly findings: readonly Finding[];
}

/** Where the config is looked for when nobody says. */
const USUAL_PLACES = ['hybrid-llm.yaml', path.join('config', 'hybrid-llm.yaml')];

export function loadConfig(args: Args, named?: string): LoadedConfig {
  const option = text(args, 'config');
  if (named !== undefined && option !== undefined) throw new UsageError('give either FILE or --config, not both');
  const file = named ?? option ?? process.env['HYBRID_LLM_CONFIG'] ?? USUAL_PLACES.find((place) => existsSync(place));
  if (file === undefined) {
    throw new UsageError(
      `no config: give --config FILE, set HYBRID_LLM_CONFIG, or put it at ${USUAL_PLACES.join(' or ')}`,
    );
  }
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `cannot read the config ${file} (${(error as NodeJS.ErrnoException).code}); give --config FILE`,
    );
  }
  return { file, ...parseConfig(source) };
}

/**
 * For commands to which options may say what the config would. `null`: none is named, and none lies about where it would be
 * looked for; `undefined`: it has errors, which are printed.
 *
 * @param instead an option beside which only a config that is named counts
 */
export function configAtHand(args: Args, instead: 'file' | 'table' | 'bucket'): Config | null | undefined {
  const isNamed = text(args, 'config') !== undefined;
  if (!isNamed && text(args, instead) !== undefined) return null;
  try {
    return configOrFindings(args) ?? undefined;
  } catch (error) {
    if (isNamed || !(error instanceof UsageError)) throw error;
    return null;
  }
}

/** For commands that need a config without errors: prints the findings, `null` if there are errors. */
export function configOrFindings(args: Args): Config | null {
  const { file, config, findings } = loadConfig(args);
  if (config === null) printFindings(file, findings);
  return config;
}

export function printFindings(file: string, findings: readonly Finding[]): void {
  for (const finding of findings) process.stderr.write(`${formatFinding(finding, file)}\n\n`);
}
