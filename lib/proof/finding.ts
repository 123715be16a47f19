/** What a rule says: with the path it is about, and text that tells a reader what to do. */
import type { Entity } from './entity';
import { type TemplateResource, constructPathOf } from './template';

/** `not-seen`: the templates do not show it, so it is neither right nor wrong. `note`: right, and worth knowing. */
export type Severity = 'violation' | 'not-seen' | 'note';

export interface Finding {
  /** The rule's name, in kebab case. */
  readonly rule: string;
  readonly severity: Severity;
  /** From the sealed thing outwards. */
  readonly path: readonly Hop[];
  /** Where the cure begins. `null`: in no template. */
  readonly place: Hop | null;
  readonly found: string;
  /** Empty: there is nothing to do. */
  readonly fix: string;
}

export interface Hop {
  /** Place in the construct tree, logical id, or a word such as `internet`. */
  readonly label: string;
  /** `null`: no template makes it. */
  readonly logicalId: string | null;
  readonly constructPath: string | null;
  /** Path of the template that makes it. */
  readonly templateFile: string | null;
}

export type Step = Entity | TemplateResource | string;

export const pathOf = (...steps: readonly Step[]): Hop[] => steps.map(hopOf);

/** `SealedRouter → SubnetA → RouteTable3 → NatGateway1 → internet` */
export const formatPath = (path: readonly Hop[]): string => path.map(({ label }) => label).join(' → ');

export function hopOf(step: Step): Hop {
  if (typeof step === 'string') return { label: step, logicalId: null, constructPath: null, templateFile: null };
  if ('logicalId' in step) return resourceHop(step);
  if (step.resource === null || step.resource === undefined) return hopOf(step.label);
  return resourceHop(step.resource);
}

const resourceHop = (resource: TemplateResource): Hop => ({
  label: constructPathOf(resource) ?? resource.logicalId,
  logicalId: resource.logicalId,
  constructPath: constructPathOf(resource),
  templateFile: resource.stack.file,
});

/** `Test.template.json` of a hop, for people. */
export const templateNameOf = (hop: Hop): string =>
  hop.templateFile === null ? '' : hop.templateFile.slice(hop.templateFile.lastIndexOf('/') + 1);
