/** What joins a sealed VPC to other networks is told; a service network reaches every subnet without a route, so it is a way out. */
import { ofType } from '../assembly';
import { entitiesIn } from '../entity';
import { type Network, sealedVpcs } from '../graph';
import { type Rule, note, notSeen, violation } from '../rule';

const NAME = 'sealed-vpc-attachment';

/** Each leads somewhere only where a route table says so, which another rule looks at. */
const JOINED: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::VPCPeeringConnection': ['VpcId', 'PeerVpcId'],
  'AWS::EC2::TransitGatewayAttachment': ['VpcId'],
  'AWS::EC2::TransitGatewayVpcAttachment': ['VpcId'],
  'AWS::EC2::VPCGatewayAttachment': ['VpcId'],
  'AWS::EC2::EgressOnlyInternetGateway': ['VpcId'],
  'AWS::EC2::CarrierGateway': ['VpcId'],
  'AWS::EC2::ClientVpnEndpoint': ['VpcId'],
  'AWS::EC2::LocalGatewayRouteTableVPCAssociation': ['VpcId'],
  'AWS::EC2::RouteServerAssociation': ['VpcId'],
  'AWS::NetworkManager::VpcAttachment': ['VpcArn'],
  'AWS::Route53Resolver::ResolverRuleAssociation': ['VPCId'],
};

/** Brings rules of a DNS firewall and of the resolver along, which stand before or between the VPC's own. */
const PROFILE = 'AWS::Route53Profiles::ProfileAssociation';

/** Answers at link-local addresses, from every subnet. */
const SERVICE_NETWORK = 'AWS::VpcLattice::ServiceNetworkVpcAssociation';

export const attachments: Rule = {
  name: NAME,
  check: (network) =>
    sealedVpcs(network).flatMap(({ vpc, thing }) => [
      ...joinedTo(network, Object.keys(JOINED), vpc.key).map((one) =>
        note(NAME, { steps: [vpc, one], found: `${one.logicalId} (${one.type}) joins the VPC to other networks` }),
      ),
      ...joinedTo(network, [PROFILE], vpc.key).map((one) =>
        notSeen(NAME, { steps: [vpc, one], found: `which names the profile of ${one.logicalId} lets be looked up` }),
      ),
      ...joinedTo(network, [SERVICE_NETWORK], vpc.key).map((one) =>
        violation(NAME, {
          steps: [thing.resource, vpc, one, 'services of the service network'],
          found: `${one.logicalId} makes a service network reachable from every subnet of the VPC, without any route`,
          fix: 'associate the service network with another VPC',
        }),
      ),
    ]),
};

const joinedTo = ({ assembly }: Network, types: readonly string[], vpcKey: string): ReturnType<typeof ofType> =>
  ofType(assembly, ...types).filter((one) =>
    (JOINED[one.type] ?? ['VpcIdentifier', 'ResourceId']).some((property) =>
      entitiesIn(assembly, one, property).some(({ key }) => key === vpcKey),
    ),
  );
