import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Egress, type PrivateNetwork } from '../../../constructs/private-network';
import { forSnapshot, testApp, testStack } from '../../support/cdk';
import { errorsOf, ownNetwork, peerIn, plain, propertiesOf, templateOf, warningsOf, ZONES } from './fixture';

const EGRESSES = [Egress.NAT, Egress.IPV6, Egress.NONE];
const countOf = (template: Template, type: string): number => Object.keys(propertiesOf(template, type)).length;

/** Logical ids of the route tables that subnets of a selection are associated with. */
function routeTablesOf(network: PrivateNetwork, selection: ec2.SubnetSelection = {}): Set<string> {
  const stack = Stack.of(network);
  const subnets = network.vpc.selectSubnets(selection).subnets.map(({ subnetId }) => plain(stack.resolve(subnetId)));
  const associations = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::SubnetRouteTableAssociation'));
  const tables = associations
    .filter(({ SubnetId }) => subnets.includes(plain(SubnetId)))
    .map(({ RouteTableId }) => plain(RouteTableId));
  expect(tables).toHaveLength(subnets.length);
  return new Set(tables);
}

function routesOf(network: PrivateNetwork, selection?: ec2.SubnetSelection): Record<string, unknown>[] {
  const tables = routeTablesOf(network, selection);
  return Object.values(propertiesOf(templateOf(network), 'AWS::EC2::Route')).filter(({ RouteTableId }) =>
    tables.has(plain(RouteTableId)),
  );
}

describe.each(EGRESSES)('with egress %s', (egress) => {
  const network = ownNetwork({ egress });

  test('no route leads out of an isolated subnet, nor into it', () => {
    expect(routesOf(network, network.isolatedSubnets)).toEqual([]);
  });

  test('each zone has an isolated subnet, by its name', () => {
    const { subnets } = network.vpc.selectSubnets(network.isolatedSubnets);
    expect(subnets.map(({ availabilityZone }) => availabilityZone)).toEqual(ZONES);
  });

  test('no subnet gives public addresses away, and isolated ones have no IPv6', () => {
    const subnets = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::Subnet'));
    expect(subnets.every(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch === false)).toBe(true);
    const withIpv6 = subnets.filter(({ Ipv6CidrBlock }) => Ipv6CidrBlock !== undefined);
    expect(withIpv6).toHaveLength(egress === Egress.IPV6 ? 2 : 0);
    expect([network.egress, network.ipv6Egress]).toEqual([egress === Egress.NAT, egress === Egress.IPV6]);
  });

  test('without an open lane nothing has a way out', () => {
    const network = ownNetwork({ egress, openLane: false });
    const template = templateOf(network);
    for (const type of ['Route', 'NatGateway', 'InternetGateway', 'EgressOnlyInternetGateway', 'EIP']) {
      expect([type, countOf(template, `AWS::EC2::${type}`)]).toEqual([type, 0]);
    }
    expect(network.openSubnets).toBeUndefined();
    expect(network.ipv6Egress).toBe(false);
  });

  test('subnets do not overlap', () => {
    const blocks = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::Subnet')).map(({ CidrBlock }) =>
      range(CidrBlock as string),
    );
    blocks.sort((a, b) => a.first - b.first);
    blocks.slice(1).forEach((block, index) => expect(block.first).toBeGreaterThan(blocks[index]?.last ?? Infinity));
  });
});

test('egress nat is one NAT gateway, in a public subnet that holds nothing else', () => {
  const network = ownNetwork({ egress: Egress.NAT });
  const template = templateOf(network);
  expect(countOf(template, 'AWS::EC2::NatGateway')).toBe(1);
  expect(countOf(template, 'AWS::EC2::EIP')).toBe(1);
  expect(routesOf(network, network.openSubnets)).toEqual([
    expect.objectContaining({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: expect.anything() as unknown }),
  ]);
  const gateway = Object.values(propertiesOf(template, 'AWS::EC2::NatGateway'))[0];
  const selected = [network.isolatedSubnets, network.openSubnets].flatMap(
    (selection) => network.vpc.selectSubnets(selection).subnets,
  );
  expect(selected.map(({ subnetId }) => plain(Stack.of(network).resolve(subnetId)))).not.toContain(
    plain(gateway?.SubnetId),
  );
});

test('egress ipv6 is an egress-only gateway and no way out by IPv4', () => {
  const network = ownNetwork({ egress: Egress.IPV6 });
  const template = templateOf(network);
  for (const type of ['NatGateway', 'InternetGateway', 'EIP']) expect(countOf(template, `AWS::EC2::${type}`)).toBe(0);
  expect(routesOf(network, network.openSubnets)).toEqual([
    expect.objectContaining({
      DestinationIpv6CidrBlock: '::/0',
      EgressOnlyInternetGatewayId: expect.anything() as unknown,
    }),
  ]);
});

test('egress none leaves the open lane in the isolated subnets', () => {
  const network = ownNetwork({ egress: Egress.NONE });
  expect(network.openSubnets).toEqual(network.isolatedSubnets);
  expect(countOf(templateOf(network), 'AWS::EC2::Route')).toBe(0);
});

test('open subnets are in two zones at most', () => {
  const zonesOf = (availabilityZones: string[]): string[] => {
    const network = ownNetwork({ availabilityZones });
    return network.vpc.selectSubnets(network.openSubnets).subnets.map(({ availabilityZone }) => availabilityZone);
  };
  expect(zonesOf(ZONES)).toEqual(['us-east-1a', 'us-east-1b']);
  expect(zonesOf(['us-east-1c'])).toEqual(['us-east-1c']);
});

test('what is placed in the VPC without further word is isolated', () => {
  const network = ownNetwork();
  expect(network.vpc.selectSubnets().subnets).toEqual(network.isolatedSubnets.subnets);
});

test('nothing is looked up, even where the stack names an account, and the template is the same in each', () => {
  const synth = (account?: string) => {
    const app = testApp();
    const network = ownNetwork({}, testStack({ env: { region: 'us-east-1', ...(account && { account }) } }, app));
    network.admit('ecr.api', peerIn(network));
    return { missing: app.synth().manifest.missing ?? [], template: forSnapshot(templateOf(network)) };
  };
  const agnostic = synth();
  const named = synth('111122223333');
  expect(named.missing).toEqual([]);
  expect(named.template).toEqual(agnostic.template);
  expect(JSON.stringify(named.template)).not.toContain('111122223333');
});

test('no custom resource, no function, no role', () => {
  const types = Object.values(templateOf(ownNetwork()).toJSON().Resources as Record<string, { Type: string }>).map(
    ({ Type }) => Type,
  );
  expect(types.filter((type) => !/^AWS::(EC2|Route53Resolver)::/.test(type))).toEqual([]);
});

test('without zones it takes the first two of the region, whichever they are', () => {
  const network = ownNetwork({ availabilityZones: undefined as unknown as string[] }, testStack({}));
  const zones = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::Subnet')).map(
    ({ AvailabilityZone }) => AvailabilityZone,
  );
  expect(new Set(zones.map((zone) => JSON.stringify(zone)))).toEqual(
    new Set([0, 1].map((index) => JSON.stringify({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] }))),
  );
});

test('two networks stand in one stack', () => {
  const stack = testStack();
  const networks = ['One', 'Two'].map((id) => ownNetwork({}, stack, id));
  for (const network of networks) network.admit('ecr.api', peerIn(network, `${network.node.id}Peer`));
  const vpcs = Object.values(propertiesOf(templateOf(networks[0] as PrivateNetwork), 'AWS::EC2::VPCEndpoint')).map(
    ({ VpcId }) => plain(VpcId),
  );
  expect(vpcs.filter((vpc) => vpc === vpcs[0])).toHaveLength(vpcs.length / 2);
});

test('few resources: three zones and NAT', () => {
  const network = ownNetwork({ flowLogBucket: s3.Bucket.fromBucketName(testStack(), 'Logs', 'ops-logs') });
  expect(Object.keys(templateOf(network).toJSON().Resources as object).length).toBeLessThanOrEqual(31);
});

test('refused connections are logged to the bucket that was given', () => {
  const stack = testStack();
  const network = ownNetwork({ flowLogBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'ops-logs') }, stack);
  const [log] = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::FlowLog'));
  expect(log).toMatchObject({ TrafficType: 'REJECT', LogDestinationType: 's3', ResourceType: 'VPC' });
  expect(plain(log?.LogDestination)).toMatch(/:s3:::ops-logs$/);
  expect(countOf(templateOf(ownNetwork()), 'AWS::EC2::FlowLog')).toBe(0);
});

describe('a key of yours on the flow log bucket', () => {
  test('admits the delivery, else no log arrives', () => {
    const stack = testStack();
    const flowLogBucket = new s3.Bucket(stack, 'Logs', { encryptionKey: new kms.Key(stack, 'Key') });
    const template = templateOf(ownNetwork({ flowLogBucket }, stack));
    const [key] = Object.values(propertiesOf(template, 'AWS::KMS::Key'));
    expect((key?.KeyPolicy as { Statement: unknown[] }).Statement).toContainEqual({
      Sid: 'FlowLogsOfThisAccount',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
  });

  test('is a warning where it is from elsewhere', () => {
    const stack = testStack();
    const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn);
    const network = ownNetwork({ flowLogBucket: new s3.Bucket(stack, 'Logs', { encryptionKey }) }, stack);
    expect(warningsOf(network)).toEqual([expect.stringContaining('has to admit delivery.logs.amazonaws.com')]);
  });
});

test('logical ids of the VPC, its subnets and its NAT gateway stay', () => {
  const template = templateOf(ownNetwork());
  const ids = ['VPC', 'Subnet', 'NatGateway', 'EIP'].flatMap((type) =>
    Object.keys(propertiesOf(template, `AWS::EC2::${type}`)),
  );
  expect(ids).toEqual([
    'NetworkVpc7FB7348F',
    'NetworkVpcIsolatedSubnet186C3193C',
    'NetworkVpcIsolatedSubnet2B1AA7C08',
    'NetworkVpcIsolatedSubnet329E41C6F',
    'NetworkVpcPublicSubnet1152FC989',
    'NetworkVpcOpenSubnet1C7947467',
    'NetworkVpcOpenSubnet269F8960E',
    'NetworkVpcNatGatewayEA08C5BC',
    'NetworkVpcNatAddressD31C958D',
  ]);
});

test.each([
  [{ availabilityZones: [] }, 'expected 1 to 15 different availabilityZones, got []'],
  [{ availabilityZones: ['us-east-1a', 'us-east-1a'] }, 'got [us-east-1a, us-east-1a]'],
  [{ cidr: '10.0.0.0/8' }, 'expected a cidr from a /16 to a /20, got 10.0.0.0/8'],
  [{ cidr: '10.0.0.1/16' }, 'expected an IPv4 block such as 10.0.0.0/16, got 10.0.0.1/16'],
  [{ endpointAzs: 4 }, 'expected endpointAzs from 1 to the 3 zones of the isolated subnets, got 4'],
  [{ endpointAzs: 0 }, 'got 0'],
])('fails for %j', (props, message) => {
  expect(() => ownNetwork(props)).toThrow(message);
});

test('fails for properties about a VPC that is not given', () => {
  const network = ownNetwork({ isolatedSubnets: {}, existingEndpoints: [{ service: 's3' }] });
  expect(errorsOf(network)).toEqual([
    'isolatedSubnets is about a VPC of yours, got no vpc; give it, or drop isolatedSubnets',
    'existingEndpoints is about a VPC of yours, got no vpc; give it, or drop existingEndpoints',
  ]);
});

function range(cidr: string): { first: number; last: number } {
  const [address = '', bits = ''] = cidr.split('/');
  const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 };
}
