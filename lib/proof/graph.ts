/** The network that a set of templates makes, as far as it concerns what must be sealed. */
import { type Assembly, ofType } from './assembly';
import { mayOverlap } from './cidr';
import { type Endpoint, endpointsOf } from './endpoints';
import { type Entity, distinct, entitiesIn } from './entity';
import { type References, referencesOf } from './references';
import { textsOf } from './resolve';
import { type Association, type Route, associationsOf, routesOutOf } from './routes';
import { type SealedThing, sealedThingsOf } from './sealed';
import { type GroupRule, egressRulesOf, ingressRulesOf } from './security-groups';

export interface Network {
  readonly assembly: Assembly;
  readonly things: readonly SealedThing[];
  readonly associations: readonly Association[];
  /** Routes that lead out of their VPC, of every table. */
  readonly routesOut: readonly Route[];
  readonly endpoints: readonly Endpoint[];
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
  readonly references: References;
}

export const networkOf = (assembly: Assembly): Network => ({
  assembly,
  things: sealedThingsOf(assembly),
  associations: associationsOf(assembly),
  routesOut: routesOutOf(assembly),
  endpoints: endpointsOf(assembly),
  ingress: ingressRulesOf(assembly),
  egress: egressRulesOf(assembly),
  references: referencesOf(assembly),
});

/** The VPCs it stands in, as its subnets and security groups tell. Empty: no template says. */
export const vpcsOf = (network: Network, { subnets, securityGroups }: SealedThing): Entity[] =>
  distinct(
    [...subnets, ...securityGroups].flatMap(({ resource }) =>
      resource === null ? [] : entitiesIn(network.assembly, resource, 'VpcId'),
    ),
  );

/** Each VPC that has something sealed in it, with the first such thing. */
export function sealedVpcs(network: Network): { readonly vpc: Entity; readonly thing: SealedThing }[] {
  const found = new Map<string, { vpc: Entity; thing: SealedThing }>();
  for (const thing of network.things) {
    for (const vpc of vpcsOf(network, thing)) if (!found.has(vpc.key)) found.set(vpc.key, { vpc, thing });
  }
  return [...found.values()];
}

/** The route tables that a subnet is told to use. Empty: its VPC's main one, or not to be seen. */
export const tablesOf = (network: Network, subnet: Entity): Entity[] =>
  distinct(network.associations.filter((one) => one.subnet.key === subnet.key).map(({ table }) => table));

/** Whether some sealed subnet uses a route table that the templates do not show. */
export const hasUnseenTable = (network: Network): boolean =>
  sealedSubnets(network).some(({ subnet }) => {
    const tables = tablesOf(network, subnet);
    return tables.length === 0 || tables.some(({ resource }) => resource === null);
  });

/** Who of the sealed things such an endpoint or host admits, by its security groups. */
export function admitted(network: Network, groups: readonly Entity[]): readonly SealedThing[] {
  const keys = new Set(groups.map(({ key }) => key));
  const callers = network.ingress.flatMap(({ group, peer }) =>
    keys.has(group.key) && peer.kind === 'group' ? [peer.group.key] : [],
  );
  return network.things.filter(({ securityGroups }) => securityGroups.some(({ key }) => callers.includes(key)));
}

/** Each subnet that has something sealed in it, with the first such thing. */
export function sealedSubnets(network: Network): { readonly subnet: Entity; readonly thing: SealedThing }[] {
  const found = new Map<string, { subnet: Entity; thing: SealedThing }>();
  for (const thing of network.things) {
    for (const subnet of thing.subnets) if (!found.has(subnet.key)) found.set(subnet.key, { subnet, thing });
  }
  return [...found.values()];
}

/** Sealed things that stand, or start, in a subnet of which the templates show neither itself nor its route table. */
export const unseenThings = (network: Network): SealedThing[] =>
  network.things.filter(({ subnets }) => subnets.length === 0 || subnets.some((subnet) => !isSeen(network, subnet)));

const isSeen = (network: Network, subnet: Entity): boolean =>
  subnet.resource !== null || tablesOf(network, subnet).some(({ resource }) => resource !== null);

/** A sealed thing that can open a connection to the endpoint; `null`: none that the templates show. */
export function userOf(network: Network, endpoint: Endpoint): SealedThing | null {
  const byGroup = admitted(network, endpoint.securityGroups)[0];
  if (byGroup !== undefined) return byGroup;
  return addressesAdmitted(network, endpoint).length === 0 ? null : (neighbourIn(network, endpoint) ?? null);
}

/** Ranges of addresses that the endpoint's security groups admit and that sealed things may have. */
export function addressesAdmitted(network: Network, endpoint: Endpoint): GroupRule[] {
  const thing = neighbourIn(network, endpoint);
  if (thing === undefined) return [];
  const own = endpoint.vpcs.flatMap((vpc) => rangesOf(network, vpc));
  const groups = new Set(endpoint.securityGroups.map(({ key }) => key));
  return network.ingress.filter(
    ({ group, peer }) =>
      groups.has(group.key) &&
      (peer.kind === 'prefix-list' || (peer.kind === 'addresses' && own.some((range) => mayOverlap(range, peer.cidr)))),
  );
}

/** A sealed thing in the endpoint's VPC. */
const neighbourIn = (network: Network, { vpcs }: Endpoint): SealedThing | undefined =>
  sealedVpcs(network).find(({ vpc }) => vpcs.some(({ key }) => key === vpc.key))?.thing;

/** The VPC's addresses, as far as they are plain; one that is not overlaps everything. */
export function rangesOf({ assembly }: Network, vpc: Entity): string[] {
  if (vpc.resource === null) return [vpc.label];
  const more = ofType(assembly, 'AWS::EC2::VPCCidrBlock').filter((block) =>
    entitiesIn(assembly, block, 'VpcId').some(({ key }) => key === vpc.key),
  );
  const ranges = [vpc.resource, ...more].flatMap(({ properties, stack }) =>
    textsOf(assembly, properties['CidrBlock'], stack),
  );
  return ranges.length === 0 ? [vpc.label] : ranges;
}
