/** The residency proof: all rules over a set of finished templates. */
import { assemblyOf } from './assembly';
import type { Finding, Severity } from './finding';
import { networkOf, unseenThings } from './graph';
import { RULES } from './rules';
import type { SealedThing } from './sealed';
import { type StackTemplate, constructPathOf, fileNameOf } from './template';

/**
 * - `sealed`: the templates show the network of everything sealed, and no way out of it.
 * - `not-seen`: they show no way out, and of some of it not the network either: so nothing is proved of that.
 * - `nothing-sealed`: no template has anything that must be sealed, so nothing is proved at all.
 */
export type Verdict = 'sealed' | 'violated' | 'not-seen' | 'nothing-sealed';

export interface Residency {
  readonly verdict: Verdict;
  readonly sealed: readonly SealedName[];
  /** Those of `sealed` whose subnets and route tables are made elsewhere. */
  readonly unseen: readonly SealedName[];
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
  const sealed = network.things.map(nameOf);
  const unseen = unseenThings(network).map(nameOf);
  const violations = of('violation');
  return {
    verdict: verdictOf({ sealed, unseen, violations }),
    sealed,
    unseen,
    violations,
    notSeen: of('not-seen'),
    notes: of('note'),
  };
}

function verdictOf({ sealed, unseen, violations }: Pick<Residency, 'sealed' | 'unseen' | 'violations'>): Verdict {
  if (sealed.length === 0) return 'nothing-sealed';
  if (violations.length > 0) return 'violated';
  return unseen.length > 0 ? 'not-seen' : 'sealed';
}

const nameOf = ({ kind, resource }: SealedThing): SealedName => ({
  kind,
  logicalId: resource.logicalId,
  constructPath: constructPathOf(resource),
  template: fileNameOf(resource.stack),
});
