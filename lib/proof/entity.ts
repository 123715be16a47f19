/** A thing of the network: made in a template, or only spoken of there. The same thing has the same key everywhere. */
import type { Assembly } from './assembly';
import { type Target, namesItself, targetsOf } from './resolve';
import { type StackTemplate, type TemplateResource, constructPathOf } from './template';

export interface Entity {
  readonly key: string;
  /** `null`: it is made elsewhere, so nothing is known of it but what templates say to it. */
  readonly resource: TemplateResource | null;
  /** How people know it: its place in the construct tree, its logical id, or what stands in the template. */
  readonly label: string;
}

export const entitiesOf = (assembly: Assembly, value: unknown, stack: StackTemplate): Entity[] =>
  distinct(targetsOf(assembly, value, stack).map(entityOfTarget));

/** Of a property of a resource. */
export const entitiesIn = (assembly: Assembly, resource: TemplateResource, property: string): Entity[] =>
  entitiesOf(assembly, resource.properties[property], resource.stack);

export const entityOf = (resource: TemplateResource): Entity => ({
  key: `${resource.stack.id}#${resource.logicalId}`,
  resource,
  label: constructPathOf(resource) ?? resource.logicalId,
});

/** Of something that templates know by its id alone. */
export const namedKey = (id: string): string => `id:${id}`;

/** An id that is written out is what it says; a parameter, an import or a dynamic reference may be anything. */
export const isDecidedAtDeploy = ({ resource, key, label }: Entity): boolean =>
  resource === null && (key !== namedKey(label) || label.includes('{{resolve:'));

export const distinct = (entities: readonly Entity[]): Entity[] => [
  ...new Map(entities.map((entity) => [entity.key, entity])).values(),
];

/** Attributes by which a resource hands out something other than itself. */
const OTHERS = ['DefaultSecurityGroup', 'DefaultNetworkAcl'];

function entityOfTarget(target: Target): Entity {
  if (target.kind === 'text') return { key: namedKey(target.text), resource: null, label: target.text };
  if (target.kind === 'unseen') {
    return { key: `${target.stack.id}?${target.text}`, resource: null, label: target.text };
  }
  const entity = entityOf(target.resource);
  if (namesItself(target.resource.type) && !OTHERS.includes(target.attribute)) return entity;
  return { key: `${entity.key}.${target.attribute}`, resource: null, label: `${entity.label}.${target.attribute}` };
}
