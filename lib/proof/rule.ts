/** What a rule of the residency proof is: a pure function from a network to what it finds there. */
import { type Finding, type Severity, type Step, hopOf, pathOf } from './finding';
import type { Network } from './graph';
import type { TemplateResource } from './template';

export interface Rule {
  /** Kebab case, unique. */
  readonly name: string;
  check(network: Network): readonly Finding[];
}

interface Said {
  readonly steps: readonly Step[];
  readonly found: string;
  readonly fix: string;
  /** Where the cure begins. @default - the last thing on the path that a template makes */
  readonly at?: TemplateResource;
}

const finding =
  (severity: Severity) =>
  (rule: string, { steps, found, fix, at }: Said): Finding => {
    const path = pathOf(...steps);
    const place = at === undefined ? path.findLast(({ logicalId }) => logicalId !== null) : hopOf(at);
    return { rule, severity, path, place: place ?? null, found, fix };
  };

export const violation = finding('violation');
export const notSeen = (rule: string, said: Omit<Said, 'fix'>): Finding =>
  finding('not-seen')(rule, { ...said, fix: '' });
export const note = (rule: string, said: Omit<Said, 'fix'>): Finding => finding('note')(rule, { ...said, fix: '' });
