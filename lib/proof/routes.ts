/** Route tables: which subnet uses which, and where their routes lead. */
import { type Assembly, ofType } from './assembly';
import { type Entity, entitiesIn, entityOf } from './entity';
import { targetsOf, textsOf } from './resolve';
import type { TemplateResource } from './template';

export interface Route {
  readonly resource: TemplateResource;
  readonly table: Entity;
  /** CIDR, prefix list, or how the route came to be. */
  readonly destination: string;
  readonly gateway: Entity;
  /** What is behind the gateway, for the end of a path. */
  readonly leadsTo: string;
}

export interface Association {
  readonly resource: TemplateResource;
  readonly subnet: Entity;
  readonly table: Entity;
}

export const INTERNET = 'internet';

/** What is behind each kind of target. One that is not listed leads somewhere too. */
const BEHIND: Readonly<Record<string, string>> = {
  NatGatewayId: INTERNET,
  EgressOnlyInternetGatewayId: INTERNET,
  CarrierGatewayId: INTERNET,
  GatewayId: INTERNET,
  TransitGatewayId: 'networks behind the transit gateway',
  CoreNetworkArn: 'networks of the cloud WAN',
  VpcPeeringConnectionId: 'the peer VPC',
  LocalGatewayId: 'the network around the outpost',
  InstanceId: 'wherever this host forwards to',
  NetworkInterfaceId: 'wherever the host at this interface forwards to',
  VpcEndpointId: 'the appliance behind this endpoint',
};
const UNKNOWN = 'somewhere outside the VPC';
const VPN = 'the network behind the VPN';

const DESTINATIONS = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];

/** Every route but those that stay inside the VPC. */
export const routesOutOf = (assembly: Assembly): Route[] => [
  ...ofType(assembly, 'AWS::EC2::Route').flatMap((route) => written(assembly, route)),
  ...ofType(assembly, 'AWS::EC2::VPNGatewayRoutePropagation').flatMap((one) =>
    propagated(assembly, one, 'RouteTableIds', 'VpnGatewayId', VPN),
  ),
  ...ofType(assembly, 'AWS::EC2::RouteServerPropagation').flatMap((one) =>
    propagated(assembly, one, 'RouteTableId', 'RouteServerId', UNKNOWN),
  ),
];

export const associationsOf = (assembly: Assembly): Association[] =>
  ofType(assembly, 'AWS::EC2::SubnetRouteTableAssociation').flatMap((resource) =>
    entitiesIn(assembly, resource, 'SubnetId').flatMap((subnet) =>
      entitiesIn(assembly, resource, 'RouteTableId').map((table) => ({ resource, subnet, table })),
    ),
  );

function written(assembly: Assembly, resource: TemplateResource): Route[] {
  const { properties, stack } = resource;
  const destination = DESTINATIONS.flatMap((name) => textsOf(assembly, properties[name], stack)).join(', ');
  const gateways = Object.keys(properties)
    .filter((name) => name !== 'RouteTableId' && !DESTINATIONS.includes(name))
    .flatMap((name) =>
      entitiesIn(assembly, resource, name)
        .filter((gateway) => !isLocal(gateway))
        .map((gateway) => ({ gateway, leadsTo: behind(assembly, name, gateway) })),
    );
  return entitiesIn(assembly, resource, 'RouteTableId').flatMap((table) =>
    gateways.map(({ gateway, leadsTo }) => ({ resource, table, destination, gateway, leadsTo })),
  );
}

const isLocal = ({ resource, label }: Entity): boolean => resource === null && label === 'local';

function behind(assembly: Assembly, property: string, { resource }: Entity): string {
  if (resource?.type === 'AWS::EC2::VPNGateway') return VPN;
  const isPrivate =
    resource?.type === 'AWS::EC2::NatGateway' &&
    targetsOf(assembly, resource.properties['ConnectivityType'], resource.stack).some(
      (target) => target.kind === 'text' && target.text === 'private',
    );
  return isPrivate ? UNKNOWN : (BEHIND[property] ?? UNKNOWN);
}

function propagated(
  assembly: Assembly,
  resource: TemplateResource,
  tables: string,
  gateway: string,
  leadsTo: string,
): Route[] {
  const gateways = entitiesIn(assembly, resource, gateway);
  return entitiesIn(assembly, resource, tables).flatMap((table) =>
    (gateways.length === 0 ? [entityOf(resource)] : gateways).map((one) => ({
      resource,
      table,
      destination: 'what it learns',
      gateway: one,
      leadsTo,
    })),
  );
}
