/**
 * Finds what must be sealed: what the constructs marked, and the other half of every pair of launch template and group,
 * so that a mark lost on one of them does not hide the hosts.
 */
import { type Assembly, ofType } from './assembly';
import { type Entity, distinct, entitiesOf, entityOf } from './entity';
import { inside, textsOf } from './resolve';
import { FUNCTION, GROUP, INSTANCE, TEMPLATE, isMarked } from './signs';
import type { TemplateResource } from './template';

export interface SealedThing {
  readonly kind: 'function' | 'hosts' | 'instance' | 'launch-template' | 'unknown';
  readonly resource: TemplateResource;
  /** Of hosts and instances. */
  readonly launchTemplates: readonly Entity[];
  readonly subnets: readonly Entity[];
  readonly securityGroups: readonly Entity[];
}

export function sealedThingsOf(assembly: Assembly): SealedThing[] {
  const marked = assembly.resources.filter((one) => isMarked(assembly, one));
  const groups = ofType(assembly, GROUP, INSTANCE);
  const markedTemplates = new Set(marked.filter(({ type }) => type === TEMPLATE).map((one) => entityOf(one).key));
  const hosts = groups.filter(
    (group) =>
      isMarked(assembly, group) || launchTemplatesOf(assembly, group).some(({ key }) => markedTemplates.has(key)),
  );
  const used = new Set(hosts.flatMap((host) => launchTemplatesOf(assembly, host).map(({ key }) => key)));
  const alone = marked.filter((one) => one.type === TEMPLATE && !used.has(entityOf(one).key));
  const others = marked.filter(({ type }) => ![FUNCTION, GROUP, INSTANCE, TEMPLATE].includes(type));
  return [
    ...marked.filter(({ type }) => type === FUNCTION).map((one) => functionThing(assembly, one)),
    ...hosts.map((one) => hostThing(assembly, one)),
    ...alone.map((one) => templateThing(assembly, one)),
    ...others.map((one) => ({
      kind: 'unknown' as const,
      resource: one,
      launchTemplates: [],
      subnets: [],
      securityGroups: [],
    })),
  ];
}

function functionThing(assembly: Assembly, resource: TemplateResource): SealedThing {
  return {
    kind: 'function',
    resource,
    launchTemplates: [],
    subnets: entitiesAt(assembly, resource, 'VpcConfig', 'SubnetIds'),
    securityGroups: entitiesAt(assembly, resource, 'VpcConfig', 'SecurityGroupIds'),
  };
}

function hostThing(assembly: Assembly, resource: TemplateResource): SealedThing {
  const launchTemplates = launchTemplatesOf(assembly, resource);
  const made = launchTemplates.flatMap((one) => (one.resource === null ? [] : [templateThing(assembly, one.resource)]));
  const own = resource.type === GROUP ? groupNetwork(assembly, resource) : instanceNetwork(assembly, resource);
  return {
    kind: resource.type === GROUP ? 'hosts' : 'instance',
    resource,
    launchTemplates,
    subnets: distinct([...own.subnets, ...made.flatMap(({ subnets }) => subnets)]),
    securityGroups: distinct([...own.securityGroups, ...made.flatMap(({ securityGroups }) => securityGroups)]),
  };
}

function templateThing(assembly: Assembly, resource: TemplateResource): SealedThing {
  const at = (...keys: string[]): Entity[] => entitiesAt(assembly, resource, 'LaunchTemplateData', ...keys);
  return {
    kind: 'launch-template',
    resource,
    launchTemplates: [entityOf(resource)],
    subnets: at('NetworkInterfaces', 'SubnetId'),
    securityGroups: distinct([...at('SecurityGroupIds'), ...at('NetworkInterfaces', 'Groups')]),
  };
}

type Attachment = Pick<SealedThing, 'subnets' | 'securityGroups'>;

const groupNetwork = (assembly: Assembly, group: TemplateResource): Attachment => ({
  subnets: entitiesAt(assembly, group, 'VPCZoneIdentifier'),
  securityGroups: [],
});

const instanceNetwork = (assembly: Assembly, instance: TemplateResource): Attachment => ({
  subnets: distinct([
    ...entitiesAt(assembly, instance, 'SubnetId'),
    ...entitiesAt(assembly, instance, 'NetworkInterfaces', 'SubnetId'),
  ]),
  securityGroups: distinct([
    ...entitiesAt(assembly, instance, 'SecurityGroupIds'),
    ...entitiesAt(assembly, instance, 'NetworkInterfaces', 'GroupSet'),
  ]),
});

function launchTemplatesOf(assembly: Assembly, resource: TemplateResource): Entity[] {
  const mixed = ['MixedInstancesPolicy', 'LaunchTemplate'];
  return distinct(
    [
      ['LaunchTemplate'],
      [...mixed, 'LaunchTemplateSpecification'],
      [...mixed, 'Overrides', 'LaunchTemplateSpecification'],
    ].flatMap((keys) => [
      ...entitiesAt(assembly, resource, ...keys, 'LaunchTemplateId'),
      ...entitiesAt(assembly, resource, ...keys, 'LaunchTemplateName').map((one) => templateNamed(assembly, one)),
    ]),
  );
}

/** A name may be written out on both sides, without a reference from one to the other. */
function templateNamed(assembly: Assembly, named: Entity): Entity {
  const template = ofType(assembly, TEMPLATE).find(({ properties, stack }) =>
    textsOf(assembly, properties['LaunchTemplateName'], stack).includes(named.label),
  );
  return named.resource === null && template !== undefined ? entityOf(template) : named;
}

const entitiesAt = (assembly: Assembly, resource: TemplateResource, ...keys: string[]): Entity[] =>
  distinct(inside(assembly, resource, ...keys).flatMap(({ value, stack }) => entitiesOf(assembly, value, stack)));
