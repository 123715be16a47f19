/** Nothing in the VPC that has a way out admits a sealed thing: a proxy or NAT instance needs no route of the caller's. */
import { mayOverlap } from '../cidr';
import { type Entity, distinct, entitiesIn, entityOf } from '../entity';
import type { Finding } from '../finding';
import { type Network, rangesOf } from '../graph';
import { waysOutOfSubnet } from '../reach';
import { type Rule, notSeen, violation } from '../rule';
import type { SealedThing } from '../sealed';
import type { GroupRule } from '../security-groups';
import type { TemplateResource } from '../template';

const NAME = 'sealed-neighbour';

export const neighbour: Rule = {
  name: NAME,
  check: (network) => {
    const groups = distinct(network.things.flatMap(({ securityGroups }) => securityGroups));
    const seen = new Set<TemplateResource>();
    return [
      ...groups.flatMap((group) =>
        callable(network, group)
          .flatMap((target) => membersOf(network, target))
          .filter((member) => !seen.has(member) && seen.add(member))
          .flatMap((member) => memberFindings(network, callerIn(network, group), member)),
      ),
      ...groupsElsewhere(network, groups),
    ];
  },
};

/** Of a group made elsewhere the templates show neither its members nor their subnets. */
function groupsElsewhere(network: Network, groups: readonly Entity[]): Finding[] {
  const told = new Set(groups.map(({ key }) => key));
  return groups.flatMap((caller) =>
    calledElsewhere(network, caller)
      .filter(({ key }) => !told.has(key) && told.add(key))
      .map((target) =>
        notSeen(NAME, {
          steps: [...starting(callerIn(network, caller)), target],
          found: `who answers in the security group ${target.label}, which sealed things may call, and what it passes on`,
        }),
      ),
  );
}

/** Groups that no template makes, where a rule on either side speaks of both. */
const calledElsewhere = (network: Network, caller: Entity): Entity[] =>
  distinct([
    ...network.ingress.flatMap(({ group, peer }) =>
      peer.kind === 'group' && peer.group.key === caller.key && mayCall(network, caller, group) ? [group] : [],
    ),
    ...network.egress.flatMap(({ group, peer }) =>
      group.key === caller.key && peer.kind === 'group' ? [peer.group] : [],
    ),
  ]).filter(({ resource }) => resource === null);

const starting = (caller: SealedThing | undefined): TemplateResource[] =>
  caller === undefined ? [] : [caller.resource];

const mayCall = ({ egress }: Network, caller: Entity, target: Entity): boolean =>
  egress.some(
    ({ group, peer }) =>
      group.key === caller.key &&
      (peer.kind === 'addresses' || (peer.kind === 'group' && peer.group.key === target.key)),
  );

const callerIn = ({ things }: Network, group: Entity): SealedThing | undefined =>
  things.find(({ securityGroups }) => securityGroups.some(({ key }) => key === group.key));

/** Groups in the same VPC that admit this one, or addresses that its members may have, and that this one may call. */
function callable(network: Network, caller: Entity): Entity[] {
  const vpcs = vpcsOfGroup(network, caller);
  const ranges = vpcs.flatMap((vpc) => rangesOf(network, vpc));
  const admits = ({ peer }: GroupRule): boolean =>
    peer.kind === 'group'
      ? peer.group.key === caller.key
      : peer.kind === 'prefix-list' || ranges.some((range) => mayOverlap(range, peer.cidr));
  return distinct(network.ingress.filter(admits).map(({ group }) => group))
    .filter((target) => vpcsOfGroup(network, target).some(({ key }) => vpcs.some((vpc) => vpc.key === key)))
    .filter((target) => mayCall(network, caller, target));
}

const vpcsOfGroup = ({ assembly }: Network, { resource }: Entity): Entity[] =>
  resource === null ? [] : entitiesIn(assembly, resource, 'VpcId');

/** What speaks of a group without answering calls: a function only opens connections, endpoints have rules of their own. */
const DEAF = /^(AWS::Lambda::|AWS::IAM::|AWS::SSM::|AWS::EC2::(VPCEndpoint|SecurityGroup)|Custom::)/;

function membersOf({ things, references }: Network, group: Entity): TemplateResource[] {
  const sealed = new Set(
    things.flatMap(({ resource, launchTemplates }) => [
      entityOf(resource).key,
      ...launchTemplates.map(({ key }) => key),
    ]),
  );
  return references
    .to(group.key)
    .flatMap((one) => (one.type === 'AWS::EC2::LaunchTemplate' ? references.to(entityOf(one).key) : [one]))
    .filter((one) => !DEAF.test(one.type) && !sealed.has(entityOf(one).key));
}

function memberFindings(network: Network, caller: SealedThing | undefined, member: TemplateResource): Finding[] {
  const named = network.references.from(member);
  const subnets = network.assembly.resources
    .filter(({ type }) => type === 'AWS::EC2::Subnet')
    .map(entityOf)
    .filter(({ key }) => named.has(key));
  const steps = [...starting(caller), member];
  if (subnets.length === 0) {
    return [notSeen(NAME, { steps, found: `where ${member.logicalId} stands, which admits sealed things` })];
  }
  const way = subnets.flatMap((subnet) => waysOutOfSubnet(network, subnet))[0];
  return way === undefined
    ? [notSeen(NAME, { steps, found: `what ${member.logicalId}, which admits sealed things, passes on, and to whom` })]
    : [
        violation(NAME, {
          steps: [...steps, ...way.steps],
          found: `${member.logicalId} has a way out and admits calls from sealed things`,
          fix: 'take the sealed security group, or the range of addresses that covers it, out of what it admits',
        }),
      ];
}
