/** The residency proof: all rules over a set of finished templates. */
import { assemblyOf } from './assembly';
import type { Finding, Severity } from './finding';
import { networkOf } from './graph';
import { RULES } from './rules';
import { type StackTemplate, constructPathOf, fileNameOf } from './template';

export interface Residency {
  /** `nothing-sealed`: no template has anything that must be sealed, so nothing is proved. */
  readonly verdict: 'sealed' | 'violated' | 'nothing-sealed';
  readonly sealed: readonly SealedName[];
  readonly violations: readonly Finding[];
  /** What the templates do not show, so that somebody has to look. */
  readonly notSeen: readonly Finding[];
  readonly notes: readonly Finding[];
}

export interface SealedName {
  readonly kind: string;
  readonly logicalId: string;
  readonly constructPath: string | null;
  readonly template: string;
}

export function proveResidency(stacks: readonly StackTemplate[]): Residency {
  const network = networkOf(assemblyOf(stacks));
  const findings = network.things.length === 0 ? [] : RULES.flatMap((rule) => rule.check(network));
  const of = (wanted: Severity): Finding[] => findings.filter(({ severity }) => severity === wanted);
  const violations = of('violation');
  return {
    verdict: network.things.length === 0 ? 'nothing-sealed' : violations.length === 0 ? 'sealed' : 'violated',
    sealed: network.things.map(({ kind, resource }) => ({
      kind,
      logicalId: resource.logicalId,
      constructPath: constructPathOf(resource),
      template: fileNameOf(resource.stack),
    })),
    violations,
    notSeen: of('not-seen'),
    notes: of('note'),
  };
}
