/** Starts from a network without a fault and opens one way out at a time: the proof finds each, and names it. */
import { Template } from 'aws-cdk-lib/assertions';
import { formatPath } from '../../lib/proof/finding';
import { type Residency, proveResidency } from '../../lib/proof/residency';
import { goodNetwork } from './good-network';
import { type Draft, att, find, ref, resource, stackOf } from './templates';

const GOOD = JSON.stringify(Template.fromStack(goodNetwork().stack).toJSON());
const good = (): Draft => JSON.parse(GOOD) as Draft;
const prove = (draft: Draft): Residency => proveResidency([stackOf(draft)]);

const idOf = (draft: Draft, type: string, like: RegExp): string => find(draft, type, like)[0];
const propertiesOf = (draft: Draft, type: string, like?: RegExp): Record<string, unknown> =>
  find(draft, type, like)[1].Properties;

const vpcOf = (draft: Draft): string => idOf(draft, 'AWS::EC2::VPC', /./);
const subnetOf = (draft: Draft, sort: RegExp): string => idOf(draft, 'AWS::EC2::Subnet', sort);
const tableOf = (draft: Draft, sort: RegExp): string => idOf(draft, 'AWS::EC2::RouteTable', sort);
const sealedGroupOf = (draft: Draft): unknown => att(idOf(draft, 'AWS::EC2::SecurityGroup', /^Sealed/), 'GroupId');

function addRoute(draft: Draft, route: Record<string, unknown>): void {
  draft.Resources['Hole'] = resource('AWS::EC2::Route', { RouteTableId: ref(tableOf(draft, /Isolated/)), ...route });
}

const everywhere = { DestinationCidrBlock: '0.0.0.0/0' };
const SEALED = 'Test/Sealed';
const TABLE = 'Test/Vpc/IsolatedSubnet1/Subnet → Test/Vpc/IsolatedSubnet1/RouteTable';
const DNS = `${SEALED} → Test/Vpc → the VPC's resolver → name servers on the internet`;

type Policy = { Statement: { Condition?: unknown; Resource?: unknown; NotResource?: unknown; Action?: unknown }[] };
const policyOf = (draft: Draft, like: RegExp): Policy =>
  propertiesOf(draft, 'AWS::EC2::VPCEndpoint', like)['PolicyDocument'] as Policy;

/** What is changed, the rule that must find it, the path it must name, and a rule that rightly complains besides. */
const MUTATIONS: readonly [
  what: string,
  rule: string,
  path: string,
  mutate: (draft: Draft) => void,
  ...also: string[],
][] = [
  [
    'a route to the NAT gateway',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → Test/Vpc/PublicSubnet1/NATGateway → internet`,
    (draft) => addRoute(draft, { ...everywhere, NatGatewayId: ref(idOf(draft, 'AWS::EC2::NatGateway', /./)) }),
  ],
  [
    'a route of the hosts to the internet gateway',
    'sealed-route-out',
    `Test/Hosts → ${TABLE} → Test/Vpc/IGW → internet`,
    (draft) => addRoute(draft, { ...everywhere, GatewayId: ref(idOf(draft, 'AWS::EC2::InternetGateway', /./)) }),
  ],
  [
    'an IPv6 route to an egress-only gateway',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → Eigw → internet`,
    (draft) => {
      draft.Resources['Eigw'] = resource('AWS::EC2::EgressOnlyInternetGateway', { VpcId: ref(vpcOf(draft)) });
      addRoute(draft, { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: att('Eigw', 'Id') });
    },
  ],
  [
    'a narrow route to a transit gateway made elsewhere',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → tgw-1 → networks behind the transit gateway`,
    (draft) => addRoute(draft, { DestinationCidrBlock: '172.16.0.0/12', TransitGatewayId: 'tgw-1' }),
  ],
  [
    'a prefix list to a peer VPC',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → Peering → the peer VPC`,
    (draft) => {
      draft.Resources['Peering'] = resource('AWS::EC2::VPCPeeringConnection', {
        VpcId: ref(vpcOf(draft)),
        PeerVpcId: 'vpc-2',
      });
      addRoute(draft, { DestinationPrefixListId: 'pl-1', VpcPeeringConnectionId: ref('Peering') });
    },
  ],
  [
    'routes that a VPN propagates',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → Vgw → the network behind the VPN`,
    (draft) => {
      draft.Resources['Vgw'] = resource('AWS::EC2::VPNGateway', { Type: 'ipsec.1' });
      draft.Resources['Hole'] = resource('AWS::EC2::VPNGatewayRoutePropagation', {
        RouteTableIds: [ref(tableOf(draft, /Isolated/))],
        VpnGatewayId: ref('Vgw'),
      });
    },
  ],
  [
    'routes that a route server writes',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → rs-1 → somewhere outside the VPC`,
    (draft) => {
      draft.Resources['Hole'] = resource('AWS::EC2::RouteServerPropagation', {
        RouteTableId: ref(tableOf(draft, /Isolated/)),
        RouteServerId: 'rs-1',
      });
    },
  ],
  [
    'a route to a network interface',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → eni-1 → wherever the host at this interface forwards to`,
    (draft) => addRoute(draft, { ...everywhere, NetworkInterfaceId: 'eni-1' }),
  ],
  [
    'a route to an appliance behind a gateway load balancer',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → vpce-1 → the appliance behind this endpoint`,
    (draft) => addRoute(draft, { ...everywhere, VpcEndpointId: 'vpce-1' }),
  ],
  [
    'a route to a kind of gateway that did not exist when the rule was written',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → new-1 → somewhere outside the VPC`,
    (draft) => addRoute(draft, { ...everywhere, QuantumGatewayId: 'new-1' }),
  ],
  [
    'a route whose gateway a parameter decides',
    'sealed-route-out',
    `${SEALED} → ${TABLE} → \${?Gateway} → internet`,
    (draft) => {
      draft['Parameters'] = { Gateway: { Type: 'String', Default: 'local' } };
      addRoute(draft, { ...everywhere, GatewayId: ref('Gateway') });
    },
  ],
  [
    'the open route table on the isolated subnet',
    'sealed-route-out',
    `${SEALED} → Test/Vpc/IsolatedSubnet1/Subnet → Test/Vpc/OpenSubnet1/RouteTable → Test/Vpc/PublicSubnet1/NATGateway → internet`,
    (draft) => {
      propertiesOf(draft, 'AWS::EC2::SubnetRouteTableAssociation', /Isolated/)['RouteTableId'] = ref(
        tableOf(draft, /Open/),
      );
    },
    'sealed-gateway-endpoint-policy',
  ],
  [
    'the sealed function on one side of a condition in the open subnet',
    'sealed-route-out',
    `${SEALED} → Test/Vpc/OpenSubnet1/Subnet → Test/Vpc/OpenSubnet1/RouteTable → Test/Vpc/PublicSubnet1/NATGateway → internet`,
    (draft) => {
      const config = propertiesOf(draft, 'AWS::Lambda::Function', /^Sealed/)['VpcConfig'] as Record<string, unknown>;
      config['SubnetIds'] = { 'Fn::If': ['Test', [ref(subnetOf(draft, /Open/))], [ref(subnetOf(draft, /Isolated/))]] };
    },
    'sealed-gateway-endpoint-policy',
  ],
  [
    'the sealed function out of the VPC',
    'sealed-in-vpc',
    `${SEALED} → Lambda's own network → internet`,
    (draft) => {
      delete propertiesOf(draft, 'AWS::Lambda::Function', /^Sealed/)['VpcConfig'];
    },
  ],
  [
    'the hosts in the public subnet',
    'sealed-route-out',
    'Test/Hosts → Test/Vpc/PublicSubnet1/Subnet → Test/Vpc/PublicSubnet1/RouteTable → Test/Vpc/IGW → internet',
    (draft) => {
      const group = propertiesOf(draft, 'AWS::AutoScaling::AutoScalingGroup');
      group['VPCZoneIdentifier'] = [ref(subnetOf(draft, /Public/))];
    },
    'sealed-public-address',
  ],
  [
    'the hosts in no named subnet',
    'sealed-in-vpc',
    'Test/Hosts → the default VPC → internet',
    (draft) => {
      delete propertiesOf(draft, 'AWS::AutoScaling::AutoScalingGroup')['VPCZoneIdentifier'];
    },
  ],
  [
    'a second, unmarked group with the hosts’ launch template in the open subnet',
    'sealed-route-out',
    'More → Test/Vpc/OpenSubnet1/Subnet → Test/Vpc/OpenSubnet1/RouteTable → Test/Vpc/PublicSubnet1/NATGateway → internet',
    (draft) => {
      draft.Resources['More'] = resource('AWS::AutoScaling::AutoScalingGroup', {
        VPCZoneIdentifier: [ref(subnetOf(draft, /Open/))],
        LaunchTemplate: { LaunchTemplateId: ref('HostTemplate'), Version: '1' },
      });
    },
    'sealed-gateway-endpoint-policy',
  ],
  [
    'public addresses by the subnet',
    'sealed-public-address',
    `${SEALED} → Test/Vpc/IsolatedSubnet1/Subnet → internet`,
    (draft) => {
      propertiesOf(draft, 'AWS::EC2::Subnet', /Isolated/)['MapPublicIpOnLaunch'] = true;
    },
  ],
  [
    'public addresses by the launch template',
    'sealed-public-address',
    'Test/Hosts → Test/HostTemplate → internet',
    (draft) => {
      const data = propertiesOf(draft, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData'] as {
        NetworkInterfaces: object[];
      };
      Object.assign(data.NetworkInterfaces[0] ?? {}, { AssociatePublicIpAddress: true });
    },
  ],
  [
    'the S3 gateway endpoint without a policy',
    'sealed-gateway-endpoint-policy',
    `${SEALED} → ${TABLE} → Test/Vpc/S3 → s3 of any account`,
    (draft) => {
      delete propertiesOf(draft, 'AWS::EC2::VPCEndpoint', /VpcS3/)['PolicyDocument'];
    },
  ],
  [
    'the S3 gateway endpoint without its condition',
    'sealed-gateway-endpoint-policy',
    `${SEALED} → ${TABLE} → Test/Vpc/S3 → s3 of any account`,
    (draft) => {
      delete policyOf(draft, /VpcS3/).Statement[0]?.Condition;
    },
  ],
  [
    'the DynamoDB endpoint narrowed by who asks only',
    'sealed-gateway-endpoint-policy',
    `${SEALED} → ${TABLE} → Test/Vpc/Dynamo → dynamodb of any account`,
    (draft) => {
      Object.assign(policyOf(draft, /Dynamo/).Statement[0] ?? {}, {
        Condition: { StringEquals: { 'aws:PrincipalAccount': ref('AWS::AccountId') } },
      });
    },
  ],
  [
    'a condition that lets requests without the key pass',
    'sealed-gateway-endpoint-policy',
    `${SEALED} → ${TABLE} → Test/Vpc/Dynamo → dynamodb of any account`,
    (draft) => {
      Object.assign(policyOf(draft, /Dynamo/).Statement[0] ?? {}, {
        Condition: { StringEqualsIfExists: { 'aws:ResourceAccount': ref('AWS::AccountId') } },
      });
    },
  ],
  [
    'the S3 endpoint for some other bucket',
    'sealed-gateway-endpoint-policy',
    `${SEALED} → ${TABLE} → Test/Vpc/S3 → s3 of any account`,
    (draft) => {
      Object.assign(policyOf(draft, /VpcS3/).Statement[1] ?? {}, {
        Resource: 'arn:aws:s3:::al2023-repos-us-east-1-evil/*',
      });
    },
  ],
  [
    'the open lane’s S3 endpoint on the isolated route table',
    'sealed-gateway-endpoint-policy',
    `${SEALED} → ${TABLE} → Test/Vpc/OpenS3 → s3 of any account`,
    (draft) => {
      const endpoint = propertiesOf(draft, 'AWS::EC2::VPCEndpoint', /OpenS3/);
      endpoint['RouteTableIds'] = [ref(tableOf(draft, /Isolated/))];
    },
  ],
  [
    'an interface endpoint for the whole VPC',
    'sealed-interface-endpoint-groups',
    `${SEALED} → Test/Vpc/Ecr → ecr.api`,
    (draft) => {
      propertiesOf(draft, 'AWS::EC2::SecurityGroup', /^EcrGroup/)['SecurityGroupIngress'] = [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: att(vpcOf(draft), 'CidrBlock') },
      ];
      delete draft.Resources[idOf(draft, 'AWS::EC2::SecurityGroupIngress', /EcrGroup/)];
    },
  ],
  [
    'an interface endpoint without a policy',
    'sealed-interface-endpoint-policy',
    'Test/Hosts → Test/Vpc/Ecr → ecr.api of any account',
    (draft) => {
      delete propertiesOf(draft, 'AWS::EC2::VPCEndpoint', /Ecr/)['PolicyDocument'];
    },
  ],
  [
    'an interface endpoint of a queue service',
    'sealed-interface-endpoint-service',
    `${SEALED} → Queues → sqs`,
    (draft) => {
      draft.Resources['QueueGroup'] = resource('AWS::EC2::SecurityGroup', {
        VpcId: ref(vpcOf(draft)),
        SecurityGroupIngress: [{ IpProtocol: 'tcp', SourceSecurityGroupId: sealedGroupOf(draft) }],
      });
      draft.Resources['Queues'] = resource('AWS::EC2::VPCEndpoint', {
        VpcEndpointType: 'Interface',
        ServiceName: { 'Fn::Sub': 'com.amazonaws.${AWS::Region}.sqs' },
        VpcId: ref(vpcOf(draft)),
        SecurityGroupIds: [att('QueueGroup', 'GroupId')],
        PolicyDocument: policyOf(draft, /Dynamo/),
      });
    },
  ],
  [
    'a private link to somebody else’s service',
    'sealed-interface-endpoint-service',
    `${SEALED} → Link → com.amazonaws.vpce.us-east-1.vpce-svc-1`,
    (draft) => {
      draft.Resources['Link'] = resource('AWS::EC2::VPCEndpoint', {
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
        VpcId: ref(vpcOf(draft)),
        SecurityGroupIds: [att('LinkGroup', 'GroupId')],
      });
      draft.Resources['LinkGroup'] = resource('AWS::EC2::SecurityGroup', { VpcId: ref(vpcOf(draft)) });
      draft.Resources['LinkRule'] = resource('AWS::EC2::SecurityGroupIngress', {
        GroupId: ref('LinkGroup'),
        SourceSecurityGroupId: sealedGroupOf(draft),
      });
    },
    'sealed-interface-endpoint-policy',
  ],
  [
    'a service network on the VPC',
    'sealed-vpc-attachment',
    `${SEALED} → Test/Vpc → Lattice → services of the service network`,
    (draft) => {
      draft.Resources['Lattice'] = resource('AWS::VpcLattice::ServiceNetworkVpcAssociation', {
        VpcIdentifier: ref(vpcOf(draft)),
        ServiceNetworkIdentifier: 'sn-1',
      });
    },
  ],
  [
    'a proxy in the open subnet that admits the sealed function',
    'sealed-neighbour',
    `${SEALED} → Proxy → Test/Vpc/OpenSubnet1/Subnet → Test/Vpc/OpenSubnet1/RouteTable → Test/Vpc/PublicSubnet1/NATGateway → internet`,
    (draft) => {
      draft.Resources['ProxyGroup'] = resource('AWS::EC2::SecurityGroup', {
        VpcId: ref(vpcOf(draft)),
        SecurityGroupIngress: [{ IpProtocol: '-1', CidrIp: '10.0.0.0/8' }],
      });
      draft.Resources['Proxy'] = resource('AWS::EC2::Instance', {
        SubnetId: ref(subnetOf(draft, /Open/)),
        SecurityGroupIds: [att('ProxyGroup', 'GroupId')],
      });
    },
  ],
  [
    'no DNS firewall',
    'sealed-dns',
    DNS,
    (draft) => {
      delete draft.Resources['DnsFirewall'];
    },
  ],
  [
    'a DNS firewall that exists under some condition',
    'sealed-dns',
    DNS,
    (draft) => {
      find(draft, 'AWS::Route53Resolver::FirewallRuleGroupAssociation')[1].Condition = 'Sometimes';
    },
  ],
  [
    'a DNS firewall whose last rule alerts only',
    'sealed-dns',
    DNS,
    (draft) => {
      Object.assign(firewallRules(draft)[1] ?? {}, { Action: 'ALERT' });
    },
  ],
  [
    'a DNS firewall that blocks one type of query only',
    'sealed-dns',
    DNS,
    (draft) => {
      Object.assign(firewallRules(draft)[1] ?? {}, { Qtype: 'A' });
    },
  ],
  [
    'a DNS firewall that allows a whole top-level domain first',
    'sealed-dns',
    DNS,
    (draft) => {
      propertiesOf(draft, 'AWS::Route53Resolver::FirewallDomainList', /Allowed/)['Domains'] = ['*.com'];
    },
  ],
  [
    'a DNS firewall that allows everything before it blocks everything',
    'sealed-dns',
    DNS,
    (draft) => {
      Object.assign(firewallRules(draft)[0] ?? {}, { FirewallDomainListId: att('Everything', 'Id') });
    },
  ],
  [
    'a DNS firewall that fails open',
    'sealed-dns',
    DNS,
    (draft) => {
      draft.Resources['Config'] = resource('AWS::Route53Resolver::FirewallConfig', {
        ResourceId: ref(vpcOf(draft)),
        FirewallFailOpen: 'ENABLED',
      });
    },
  ],
  [
    'a function URL for everybody',
    'sealed-function-url',
    `internet → Url → ${SEALED}`,
    (draft) => {
      const target = att(idOf(draft, 'AWS::Lambda::Function', /^Sealed/), 'Arn');
      draft.Resources['Url'] = resource('AWS::Lambda::Url', { TargetFunctionArn: target, AuthType: 'NONE' });
    },
  ],
  [
    'a hop more to the host’s credentials',
    'sealed-host-metadata',
    'Test/Hosts → Test/HostTemplate',
    (draft) => {
      const data = propertiesOf(draft, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData'] as { MetadataOptions: object };
      Object.assign(data.MetadataOptions, { HttpPutResponseHopLimit: 2 });
    },
  ],
];

const firewallRules = (draft: Draft): object[] =>
  propertiesOf(draft, 'AWS::Route53Resolver::FirewallRuleGroup')['FirewallRules'] as object[];

test('a network without a fault is sealed, with NAT for the open subnets', () => {
  const { verdict, violations, notSeen, sealed } = prove(good());
  expect(violations).toEqual([]);
  expect(verdict).toBe('sealed');
  expect(notSeen).toEqual([]);
  expect(sealed.map(({ constructPath }) => constructPath)).toEqual(['Test/Sealed', 'Test/Hosts']);
});

test.each(MUTATIONS)('finds %s', (_, rule, path, mutate, ...also) => {
  const draft = good();
  mutate(draft);
  const { verdict, violations } = prove(draft);
  expect(verdict).toBe('violated');
  expect(violations.map((one) => [one.rule, formatPath(one.path)])).toContainEqual([rule, path]);
  const complaining = new Set(violations.map((one) => one.rule));
  expect(complaining).toEqual(new Set([rule, ...also]));
});

test('there are as many mutations as ways out that are known', () => {
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(35);
});
