import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Egress, PrivateNetwork, type PrivateNetworkProps } from '../../../constructs/private-network';
import { testStack } from '../../support/cdk';
import {
  endpointsOf,
  errorsOf,
  foreignVpc,
  idOf,
  peerIn,
  plain,
  propertiesOf,
  templateOf,
  warningsOf,
} from './fixture';

const ALL_GATEWAYS = [{ service: 's3' }, { service: 'dynamodb' }];

function foreignNetwork(props: PrivateNetworkProps = {}, stack: Stack = testStack()): PrivateNetwork {
  return new PrivateNetwork(stack, 'Network', { vpc: foreignVpc(stack), ...props });
}

const subnetIds = (network: PrivateNetwork, selection: ec2.SubnetSelection = {}): string[] =>
  network.vpc.selectSubnets(selection).subnetIds;

test('nothing is made but gateway endpoints, one set a sort of route table', () => {
  const network = foreignNetwork();
  const template = templateOf(network);
  const endpoints = propertiesOf(template, 'AWS::EC2::VPCEndpoint');
  expect(Object.keys(template.toJSON().Resources as object).sort()).toEqual(Object.keys(endpoints).sort());
  for (const service of ['s3', 'dynamodb']) {
    expect(endpointsOf(template, service).map(({ RouteTableIds }) => RouteTableIds)).toEqual([
      [idOf('rtb', 'b1'), idOf('rtb', 'b2')],
      [idOf('rtb', 'e1'), idOf('rtb', 'e2')],
    ]);
  }
  expect(subnetIds(network, network.isolatedSubnets)).toEqual([idOf('subnet', 'b1'), idOf('subnet', 'b2')]);
  expect(subnetIds(network, network.openSubnets)).toEqual([idOf('subnet', 'e1'), idOf('subnet', 'e2')]);
});

test('subnets are those selected', () => {
  const zone = { availabilityZones: ['us-east-1b'] };
  const network = foreignNetwork({
    isolatedSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED, ...zone },
    openSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, ...zone },
  });
  expect(subnetIds(network, network.isolatedSubnets)).toEqual([idOf('subnet', 'b2')]);
  expect(subnetIds(network, network.openSubnets)).toEqual([idOf('subnet', 'e2')]);
});

test('egress none and no open lane leave the subnets with egress alone', () => {
  const none = foreignNetwork({ egress: Egress.NONE });
  expect(none.openSubnets).toEqual(none.isolatedSubnets);
  const closed = foreignNetwork({ openLane: false });
  expect(closed.openSubnets).toBeUndefined();
  for (const network of [none, closed]) expect(endpointsOf(templateOf(network), 's3')).toHaveLength(1);
});

test('egress says what its routes do', () => {
  expect(foreignNetwork()).toMatchObject({ egress: true, ipv6Egress: false });
  expect(foreignNetwork({ egress: Egress.IPV6 })).toMatchObject({ egress: false, ipv6Egress: true });
  expect(foreignNetwork({ egress: Egress.NONE })).toMatchObject({ egress: false, ipv6Egress: false });
  expect(foreignNetwork({ openLane: false })).toMatchObject({ egress: false, ipv6Egress: false });
  expect(errorsOf(foreignNetwork({ egress: Egress.NAT }))).toEqual([]);
});

test('gateway endpoints that exist are not made', () => {
  const s3Exists = templateOf(foreignNetwork({ existingEndpoints: [{ service: 's3' }] }));
  expect(endpointsOf(s3Exists, 's3')).toEqual([]);
  expect(endpointsOf(s3Exists, 'dynamodb')).toHaveLength(2);
  const bothExist = foreignNetwork({ existingEndpoints: ALL_GATEWAYS });
  peerIn(bothExist);
  expect(propertiesOf(templateOf(bothExist), 'AWS::EC2::VPCEndpoint')).toEqual({});
});

test('a route table that both sorts of subnets use gets one endpoint of a service', () => {
  const stack = testStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Theirs', {
    vpcId: idOf('vpc', '1'),
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: [idOf('subnet', 'e1')],
    privateSubnetRouteTableIds: [idOf('rtb', '1')],
    isolatedSubnetIds: [idOf('subnet', 'b1')],
    isolatedSubnetRouteTableIds: [idOf('rtb', '1')],
  });
  const template = templateOf(new PrivateNetwork(stack, 'Network', { vpc }));
  expect(endpointsOf(template, 's3').map(({ RouteTableIds }) => RouteTableIds)).toEqual([[idOf('rtb', '1')]]);
});

test('an interface endpoint is made in isolated subnets, closed to the VPC', () => {
  const network = foreignNetwork({ endpointAzs: 2 });
  network.admit('ecr.api', peerIn(network));
  const template = templateOf(network);
  expect(endpointsOf(template, 'ecr.api')).toEqual([
    expect.objectContaining({
      VpcId: idOf('vpc', '1'),
      SubnetIds: [idOf('subnet', 'b1'), idOf('subnet', 'b2')],
      PrivateDnsEnabled: true,
    }),
  ]);
  expect(JSON.stringify(template.toJSON())).not.toContain('10.8.0.0/16');
});

test('two isolated subnets in one zone do not make two addresses there', () => {
  const stack = testStack();
  const subnets = ['a', 'a', 'b'].map((letter, index) =>
    ec2.Subnet.fromSubnetAttributes(stack, `S${index}`, {
      subnetId: idOf('subnet', `${index}`),
      availabilityZone: `us-east-1${letter}`,
      routeTableId: idOf('rtb', 'b'),
    }),
  );
  const network = foreignNetwork({ isolatedSubnets: { subnets }, endpointAzs: 2 }, stack);
  network.admit('ecr.api', peerIn(network));
  expect(endpointsOf(templateOf(network), 'ecr.api')[0]?.SubnetIds).toEqual([idOf('subnet', '0'), idOf('subnet', '2')]);
});

test('execute-api takes no private names there', () => {
  const network = foreignNetwork();
  network.admit('execute-api', peerIn(network));
  expect(endpointsOf(templateOf(network), 'execute-api')[0]?.PrivateDnsEnabled).toBe(false);
});

test('an existing interface endpoint is not made, but its security groups admit peers', () => {
  const stack = testStack();
  const endpoint = ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Ecr', {
    vpcEndpointId: idOf('vpce', '1'),
    port: 443,
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'EcrGroup', idOf('sg', '1'))],
  });
  const network = foreignNetwork({ existingEndpoints: [{ service: 'ecr.api', endpoint }] }, stack);
  network.admit('ecr.api', peerIn(network));
  const template = templateOf(network);
  expect(endpointsOf(template, 'ecr.api')).toEqual([]);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    GroupId: idOf('sg', '1'),
    FromPort: 443,
    ToPort: 443,
  });
  expect(network.endpointId('ecr.api')).toBe(idOf('vpce', '1'));
  expect(warningsOf(network)).toEqual([]);
});

test.each([false, true])(
  'an existing endpoint without security groups (given: %s) gives a warning that says whom to admit',
  (given) => {
    const stack = testStack();
    const endpoint = ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Sts', {
      vpcEndpointId: idOf('vpce', '1'),
      port: 443,
    });
    const network = foreignNetwork({ existingEndpoints: [{ service: 'sts', ...(given && { endpoint }) }] }, stack);
    network.admit('sts', peerIn(network));
    expect(stack.node.findAll().filter((node) => node instanceof ec2.CfnSecurityGroupIngress)).toEqual([]);
    expect(warningsOf(network)).toEqual([
      expect.stringMatching(/existing endpoint of sts.*port 443.*Test\/Peer.*PrivateNetwork.existingEndpoint/),
    ]);
    if (given) expect(network.endpointId('sts')).toBe(idOf('vpce', '1'));
    else expect(() => network.endpointId('sts')).toThrow('give the endpoint itself in existingEndpoints');
  },
);

test('its names are allowed where a DNS firewall is wanted', () => {
  const network = foreignNetwork({
    dnsFirewall: true,
    existingEndpoints: [{ service: 'ecr.api' }, { service: 'sts' }, ...ALL_GATEWAYS],
  });
  const names = Object.values(propertiesOf(templateOf(network), 'AWS::Route53Resolver::FirewallDomainList'))
    .flatMap(({ Domains }) => Domains as unknown[])
    .map(plain);
  expect(names).toEqual(expect.arrayContaining(['api.ecr.us-east-1.amazonaws.com', 'sts.us-east-1.amazonaws.com']));
  expect(new Set(names).size).toBe(names.length);
});

test('two networks share a VPC when the second takes the endpoints of the first', () => {
  const stack = testStack();
  const vpc = foreignVpc(stack);
  const first = new PrivateNetwork(stack, 'First', { vpc });
  first.admit('ecr.api', peerIn(first, 'FirstPeer'));
  const endpoint = first.interfaceEndpoint('ecr.api') as ec2.IInterfaceVpcEndpoint;
  const second = new PrivateNetwork(stack, 'Second', {
    vpc,
    existingEndpoints: [{ service: 'ecr.api', endpoint }, ...ALL_GATEWAYS],
  });
  second.admit('ecr.api', peerIn(second, 'SecondPeer'));
  const template = templateOf(second);
  expect(endpointsOf(template, 'ecr.api')).toHaveLength(1);
  expect(endpointsOf(template, 's3')).toHaveLength(2);
  expect(Object.keys(propertiesOf(template, 'AWS::EC2::SecurityGroupIngress'))).toHaveLength(2);
});

test('a VPC of the same app works as one from outside', () => {
  const stack = testStack();
  // CDK's own classes miss their interfaces by a hair under exactOptionalPropertyTypes.
  const vpc: unknown = new ec2.Vpc(stack, 'Theirs', {
    restrictDefaultSecurityGroup: false,
    natGateways: 1,
    subnetConfiguration: [
      { name: 'p', subnetType: ec2.SubnetType.PUBLIC },
      { name: 'e', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    ],
  });
  const network = new PrivateNetwork(stack, 'Network', { vpc: vpc as ec2.IVpc });
  network.admit('ecr.dkr', peerIn(network));
  const template = templateOf(network);
  expect(Object.keys(propertiesOf(template, 'AWS::EC2::VPC'))).toHaveLength(1);
  expect(endpointsOf(template, 's3').map(({ RouteTableIds }) => (RouteTableIds as unknown[]).length)).toEqual([2, 2]);
});

test('a VPC still to be looked up is no error', () => {
  const stack = testStack({ env: { region: 'us-east-1', account: '111122223333' } });
  const vpc = ec2.Vpc.fromLookup(stack, 'Theirs', { vpcId: idOf('vpc', '1') });
  const network = new PrivateNetwork(stack, 'Network', { vpc, endpointAzs: 2 });
  network.admit('ecr.api', peerIn(network));
  expect(errorsOf(network)).toEqual([]);
});

test('subnets with a way out, taken as isolated ones, give a warning', () => {
  const network = foreignNetwork({ isolatedSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } });
  expect(warningsOf(network)).toEqual([expect.stringContaining('nothing that runs there is sealed')]);
  expect(warningsOf(foreignNetwork())).toEqual([]);
});

test('fails where subnets have no route table for the gateway endpoints', () => {
  const stack = testStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Theirs', {
    vpcId: idOf('vpc', '1'),
    availabilityZones: ['us-east-1a'],
    isolatedSubnetIds: [idOf('subnet', '1')],
  });
  const props = { vpc, openLane: false };
  expect(errorsOf(new PrivateNetwork(stack, 'Network', props))).toEqual([
    expect.stringContaining('gateway endpoints need route tables'),
  ]);
  const other = testStack();
  expect(errorsOf(new PrivateNetwork(other, 'Network', { ...props, existingEndpoints: ALL_GATEWAYS }))).toEqual([]);
});

test.each<[PrivateNetworkProps, string]>([
  [{ availabilityZones: ['us-east-1a'] }, 'availabilityZones is for a new VPC, got a vpc too; drop one of the two'],
  [{ cidr: '10.0.0.0/16' }, 'cidr is for a new VPC, got a vpc too; drop one of the two'],
  [
    { openLane: false, openSubnets: {} },
    'openSubnets are for an open lane with a way out, which openLane or egress excludes; drop openSubnets',
  ],
])('fails for %j', (props, message) => {
  expect(errorsOf(foreignNetwork(props))).toEqual([message]);
});

test('fails where the VPC has no subnets of a sort, and names the property', () => {
  const stack = testStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Theirs', {
    vpcId: idOf('vpc', '1'),
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: [idOf('subnet', '1')],
    privateSubnetRouteTableIds: [idOf('rtb', '1')],
  });
  expect(() => new PrivateNetwork(stack, 'A', { vpc })).toThrow(
    /expected isolatedSubnets to select subnets of Test\/Theirs: .*Available types: .*Private/,
  );
  const isolatedSubnets = { subnets: vpc.privateSubnets };
  const openSubnets = { subnetGroupName: 'Theirs' };
  expect(() => new PrivateNetwork(stack, 'C', { vpc, isolatedSubnets, openSubnets })).toThrow(
    /expected openSubnets to select subnets of Test\/Theirs: .*; choose others, or Egress.NONE/,
  );
  expect(() => new PrivateNetwork(stack, 'B', { vpc, isolatedSubnets: { subnets: [] } })).toThrow('got none');
});
