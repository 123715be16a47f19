/** Where a deployment's config comes from. Read once, checked at once. */
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { LOCK_FILE, type Lock } from '../../config/lock';
import type { Config } from '../../config/schema';
import { formatFinding } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { readLock } from '../../lib/selection/resolve';

/** The config cannot be deployed. The message names everything that is wrong, each with its place and its cure. */
export class ConfigError extends Error {}

/** A config, and the lock beside it. */
export class ConfigSource {
  /**
   * A YAML file, and `hybrid-llm.lock.json` in the same folder if there is one.
   *
   * Throws `ConfigError` if the file cannot be read or has mistakes.
   */
  static file(file: string): ConfigSource {
    const lockFile = path.join(path.dirname(file), LOCK_FILE);
    return new ConfigSource(file, readText(file), existsSync(lockFile) ? readText(lockFile) : undefined);
  }

  /** @internal The file without its lock, so that the committed catalogue decides. */
  static _unlocked(file: string): ConfigSource {
    return new ConfigSource(file, readText(file), undefined);
  }

  /** The same keys as an object, and the contents of a lock file if there is one. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the API linter takes no `unknown`
  static inline(config: { [key: string]: any }, lock?: { [key: string]: any }): ConfigSource {
    // JSON is YAML: one parser checks both.
    return new ConfigSource('config', JSON.stringify(config), lock && JSON.stringify(lock));
  }

  /** The deployment's name. */
  readonly deployment: string;
  /** The region it is deployed to. */
  readonly region: string;
  /** A VPC that is there already. @default - a new one */
  readonly vpcId?: string;
  /** What is not wrong but worth knowing. */
  readonly warnings: string[];

  /** @internal Where it is from, for messages. */
  readonly _label: string;
  /** @internal Codes of the warnings. */
  readonly _warningCodes: readonly string[];
  /** @internal */
  readonly _config: Config;
  /** @internal `null`: there is no lock file. */
  readonly _lock: Lock | null;

  private constructor(label: string, text: string, lockText: string | undefined) {
    const { config, findings } = parseConfig(text);
    const told = findings.map((finding) => formatFinding(finding, label));
    if (config === null) throw new ConfigError(told.join('\n\n'));
    const lock = lockText === undefined ? null : readLock(lockText);
    if (lock !== null && 'problem' in lock) throw new ConfigError(`${label}: ${lock.problem}`);
    this.deployment = config.name;
    this.region = config.region;
    if (config.network.vpcId !== undefined) this.vpcId = config.network.vpcId;
    this.warnings = told;
    this._warningCodes = findings.map(({ code }) => code);
    this._label = label;
    this._config = config;
    this._lock = lock?.lock ?? null;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `cannot read ${file} (${(error as NodeJS.ErrnoException).code}); name another with \`-c config=FILE\` or HYBRID_LLM_CONFIG`,
    );
  }
}
