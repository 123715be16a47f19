import { Fn, Tags, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { blockOf, prefixOf } from './cidr';
import { Egress } from './egress';

export interface OwnVpcProps {
  readonly zones: readonly string[];
  readonly cidr: string;
  readonly egress: Egress;
}

/** Zones of the open lane: two survive the loss of one, more would only cost subnets. */
const OPEN_ZONES = 2;

/** Each zone's isolated subnet is a sixteenth of the VPC; the last sixteenth is cut once more, for the open lane. */
const SPLIT_BITS = 4;
const LAST_SIXTEENTH = 15;

/** Zones that a VPC has room for. */
export const MAX_ZONES = LAST_SIXTEENTH;

const ZONES_BY_NAME = 'Zones are named by who deploys: letters differ between accounts, and not every zone sells GPUs.';

type SubnetKind = 'Isolated' | 'Open' | 'Public';

/** What `Vpc.fromLookup` in other stacks tells the kinds apart by. */
const TYPE_TAG: Readonly<Record<SubnetKind, string>> = { Isolated: 'Isolated', Open: 'Private', Public: 'Public' };

/**
 * A VPC whose isolated subnets share one route table that nobody adds a route to, and whose open subnets share another.
 *
 * Of L1 resources, because `ec2.Vpc` asks the account for its zones as soon as the stack names an account, even when the
 * zones are given, and makes each kind of subnet in every zone: the NAT gateway needs a public subnet in one only.
 */
export class OwnVpc extends Construct {
  readonly vpc: ec2.IVpc;
  readonly isolated: ec2.ISubnet[];
  /** Empty where nothing is to have a way out. */
  readonly open: ec2.ISubnet[];
  private readonly resource: ec2.CfnVPC;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OwnVpcProps,
  ) {
    super(scope, id);
    const { zones, cidr } = props;
    Tags.of(this).add('Name', this.node.path);
    Validations.of(this).acknowledge({ id: 'CloudFormation-Validate::W3010', reason: ZONES_BY_NAME });
    this.resource = new ec2.CfnVPC(this, 'Resource', {
      cidrBlock: cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
    });

    const table = this.routeTable('Isolated');
    const blocks = zones.map((_zone, index) => this.sixteenth(index));
    const subnets = zones.map((zone, index) =>
      this.subnet('Isolated', index, zone, table, { cidrBlock: blocks[index] ?? '' }),
    );
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Attributes', {
      vpcId: this.resource.ref,
      vpcCidrBlock: cidr,
      availabilityZones: [...zones],
      isolatedSubnetIds: subnets.map((subnet) => subnet.ref),
      isolatedSubnetRouteTableIds: subnets.map(() => table.ref),
      isolatedSubnetIpv4CidrBlocks: blocks,
    });
    this.isolated = this.vpc.isolatedSubnets;
    this.open = props.egress === Egress.NONE ? [] : this.openSubnets(props.egress);
  }

  private openSubnets(egress: Egress.NAT | Egress.IPV6): ec2.ISubnet[] {
    const table = this.routeTable('Open');
    if (egress === Egress.NAT) this.routeToNat(table);
    const ipv6 = egress === Egress.IPV6 ? this.routeToIpv6(table) : undefined;
    return this.props.zones.slice(0, OPEN_ZONES).map((zone, index) => {
      const cidrBlock = this.openBlock(1 + index);
      const subnet = this.subnet('Open', index, zone, table, {
        cidrBlock,
        ...(ipv6 && { ipv6CidrBlock: Fn.select(index, ipv6.blocks), assignIpv6AddressOnCreation: true }),
      });
      if (ipv6) subnet.addResourceDependency(ipv6.association);
      return ec2.Subnet.fromSubnetAttributes(this, `Open${index + 1}`, {
        subnetId: subnet.ref,
        availabilityZone: zone,
        routeTableId: table.ref,
        ipv4CidrBlock: cidrBlock,
      });
    });
  }

  /** One NAT gateway, in a public subnet of the first zone that holds nothing else. */
  private routeToNat(table: ec2.CfnRouteTable): void {
    const vpcId = this.resource.ref;
    const gateway = new ec2.CfnInternetGateway(this, 'InternetGateway');
    const attachment = new ec2.CfnVPCGatewayAttachment(this, 'InternetGatewayAttachment', {
      vpcId,
      internetGatewayId: gateway.ref,
    });
    const publicTable = this.routeTable('Public');
    const publicSubnet = this.subnet('Public', 0, this.props.zones[0] ?? '', publicTable, {
      cidrBlock: this.openBlock(0),
    });
    const publicRoute = new ec2.CfnRoute(this, 'PublicDefaultRoute', {
      routeTableId: publicTable.ref,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: gateway.ref,
    });
    publicRoute.addResourceDependency(attachment);

    const address = new ec2.CfnEIP(this, 'NatAddress', { domain: 'vpc' });
    address.addResourceDependency(attachment);
    const nat = new ec2.CfnNatGateway(this, 'NatGateway', {
      subnetId: publicSubnet.ref,
      allocationId: address.attrAllocationId,
    });
    // Deleted in the other order, the address would still be mapped when the internet gateway goes.
    nat.addResourceDependency(publicRoute);
    new ec2.CfnRoute(this, 'OpenDefaultRoute', {
      routeTableId: table.ref,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: nat.ref,
    });
  }

  /** Only the open subnets get IPv6 addresses: what has none needs no rule to keep it in. */
  private routeToIpv6(table: ec2.CfnRouteTable): { association: ec2.CfnVPCCidrBlock; blocks: string[] } {
    const vpcId = this.resource.ref;
    const association = new ec2.CfnVPCCidrBlock(this, 'Ipv6', { vpcId, amazonProvidedIpv6CidrBlock: true });
    const gateway = new ec2.CfnEgressOnlyInternetGateway(this, 'EgressOnlyGateway', { vpcId });
    new ec2.CfnRoute(this, 'OpenDefaultRoute', {
      routeTableId: table.ref,
      destinationIpv6CidrBlock: '::/0',
      egressOnlyInternetGatewayId: gateway.ref,
    });
    return { association, blocks: Fn.cidr(Fn.select(0, this.resource.attrIpv6CidrBlocks), OPEN_ZONES, '64') };
  }

  private routeTable(kind: SubnetKind): ec2.CfnRouteTable {
    const table = new ec2.CfnRouteTable(this, `${kind}RouteTable`, { vpcId: this.resource.ref });
    Tags.of(table).add('Name', `${this.node.path}/${kind}`);
    return table;
  }

  private subnet(
    kind: SubnetKind,
    index: number,
    availabilityZone: string,
    table: ec2.CfnRouteTable,
    addresses: Pick<ec2.CfnSubnetProps, 'cidrBlock' | 'ipv6CidrBlock' | 'assignIpv6AddressOnCreation'>,
  ): ec2.CfnSubnet {
    const id = `${kind}Subnet${index + 1}`;
    const subnet = new ec2.CfnSubnet(this, id, {
      vpcId: this.resource.ref,
      availabilityZone,
      mapPublicIpOnLaunch: false,
      ...addresses,
    });
    subnet.addMetadata('cfn-lint', { config: { ignore_checks: ['W3010'] } });
    Tags.of(subnet).add('Name', `${this.node.path}/${id}`);
    Tags.of(subnet).add('aws-cdk:subnet-name', kind);
    Tags.of(subnet).add('aws-cdk:subnet-type', TYPE_TAG[kind]);
    new ec2.CfnSubnetRouteTableAssociation(this, `${id}RouteTable`, { subnetId: subnet.ref, routeTableId: table.ref });
    return subnet;
  }

  private sixteenth(index: number): string {
    return blockOf(this.props.cidr, prefixOf(this.props.cidr) + SPLIT_BITS, index);
  }

  private openBlock(index: number): string {
    return blockOf(this.sixteenth(LAST_SIXTEENTH), prefixOf(this.props.cidr) + 2 * SPLIT_BITS, index);
  }
}
