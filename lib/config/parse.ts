/** YAML text to a checked config, or to everything that is wrong with it. */
import { type Config, configSchema } from '../../config/schema';
import { compile } from '../plan/compile';
import type { CheckFinding } from './check';
import { nameChecks, planChecks, valueChecks } from './checks';
import { type Finding, type Path, inFileOrder } from './findings';
import { NOT_SHOWN, looksLikeKey, redact } from './secrets';
import { shapeFindings } from './shape';
import { readYaml } from './yaml';

export interface ParsedConfig {
  /** `null`: one of the findings is an error. */
  readonly config: Config | null;
  /** In the order of the file. */
  readonly findings: readonly Finding[];
}

export function parseConfig(text: string): ParsedConfig {
  const read = readYaml(text);
  if ('findings' in read) return { config: null, findings: inFileOrder(read.findings.map(withoutSecrets)) };
  const placed = (found: CheckFinding & { readonly at?: 'key' }): Finding => {
    const { at, ...finding } = found;
    return withoutSecrets({ ...finding, ...read.yaml.position(finding.path, at) });
  };
  const parsed = configSchema.safeParse(read.yaml.data);
  const found = parsed.success ? checkConfig(parsed.data) : shapeFindings(read.yaml.data, parsed.error.issues);
  const sound = parsed.success && found.every(({ severity }) => severity === 'warning');
  return { config: sound ? parsed.data : null, findings: inFileOrder(found.map(placed)) };
}

/** All that concerns more than one key. What the policy means is looked at once every name leads somewhere. */
export function checkConfig(config: Config): readonly CheckFinding[] {
  const names = nameChecks.flatMap((check) => check(config));
  const values = valueChecks.flatMap((check) => check(config));
  if (names.some(({ severity }) => severity === 'error')) return [...names, ...values];
  const plan = compile(config, config.lanes.includes('open') ? 'open' : 'sealed');
  return [...names, ...values, ...planChecks.flatMap((check) => check(config, plan))];
}

/** Whatever a check says: findings end up on screens and in logs. */
function withoutSecrets(finding: Finding): Finding {
  return {
    ...finding,
    path: finding.path.map((part) =>
      typeof part === 'string' && looksLikeKey(part) ? NOT_SHOWN : part,
    ) satisfies Path,
    found: redact(finding.found),
    allowed: redact(finding.allowed),
    fix: redact(finding.fix),
  };
}
