/** Rules of security groups, whether they stand in the group or are resources of their own. */
import { type Assembly, type Placed, ofType } from './assembly';
import { type Entity, entitiesIn, entitiesOf, entityOf } from './entity';
import { inside, shapesOf, textsOf } from './resolve';
import { type TemplateResource, isObject } from './template';

export interface GroupRule {
  /** Whose rule it is. */
  readonly group: Entity;
  /** Who is admitted or may be called. */
  readonly peer: Peer;
  readonly resource: TemplateResource;
}

export type Peer =
  | { readonly kind: 'group'; readonly group: Entity }
  | { readonly kind: 'addresses'; readonly cidr: string }
  | { readonly kind: 'prefix-list'; readonly list: string };

const INGRESS = {
  inline: 'SecurityGroupIngress',
  type: 'AWS::EC2::SecurityGroupIngress',
  group: ['SourceSecurityGroupId', 'SourceSecurityGroupName'],
  prefixList: 'SourcePrefixListId',
};
const EGRESS = {
  inline: 'SecurityGroupEgress',
  type: 'AWS::EC2::SecurityGroupEgress',
  group: ['DestinationSecurityGroupId'],
  prefixList: 'DestinationPrefixListId',
};

/** What CDK writes for "no egress at all": a rule for an address that does not exist. */
const NOBODY = '255.255.255.255/32';

export const ingressRulesOf = (assembly: Assembly): GroupRule[] => rulesOf(assembly, INGRESS);

/** A group that says nothing of egress lets everything out: so EC2 makes it. */
export const egressRulesOf = (assembly: Assembly): GroupRule[] => [
  ...rulesOf(assembly, EGRESS),
  ...ofType(assembly, 'AWS::EC2::SecurityGroup')
    .filter((group) => inside(assembly, group, EGRESS.inline).some(({ value }) => value === undefined))
    .map((resource) => ({
      group: entityOf(resource),
      peer: { kind: 'addresses' as const, cidr: '0.0.0.0/0' },
      resource,
    })),
];

function rulesOf(assembly: Assembly, kind: typeof INGRESS): GroupRule[] {
  const inline = ofType(assembly, 'AWS::EC2::SecurityGroup').flatMap((resource) =>
    inside(assembly, resource, kind.inline)
      .flatMap((place) => shapesOf(assembly, place))
      .flatMap((place) => peersOf(assembly, place, kind))
      .map((peer) => ({ group: entityOf(resource), peer, resource })),
  );
  const apart = ofType(assembly, kind.type).flatMap((resource) =>
    peersOf(assembly, { value: resource.properties, stack: resource.stack }, kind).flatMap((peer) =>
      entitiesIn(assembly, resource, 'GroupId').map((group) => ({ group, peer, resource })),
    ),
  );
  return [...inline, ...apart];
}

function peersOf(assembly: Assembly, { value, stack }: Placed, kind: typeof INGRESS): Peer[] {
  if (!isObject(value)) return [];
  const groups = kind.group.flatMap((property) => entitiesOf(assembly, value[property], stack));
  const cidrs = ['CidrIp', 'CidrIpv6'].flatMap((property) => textsOf(assembly, value[property], stack));
  const lists = textsOf(assembly, value[kind.prefixList], stack);
  return [
    ...groups.map((group) => ({ kind: 'group' as const, group })),
    ...cidrs.filter((cidr) => cidr !== NOBODY).map((cidr) => ({ kind: 'addresses' as const, cidr })),
    ...lists.map((list) => ({ kind: 'prefix-list' as const, list })),
  ];
}
