/** Rules on small templates by hand: what passes, what does not, what is not to be seen, what is worth a note. */
import { formatPath } from '../../lib/proof/finding';
import { GPU_HOST_ROLE, LANE_MARK, LANE_VARIABLE, REASON_MARK, ROLE_MARK, SEALED_LANE } from '../../lib/proof/marks';
import { type Residency, proveResidency } from '../../lib/proof/residency';
import { type Draft, type DraftResource, att, ref, resource, stackOf } from './templates';

type Resources = Record<string, DraftResource>;

const SEALED = { [LANE_MARK]: SEALED_LANE };
const HOST = { [ROLE_MARK]: GPU_HOST_ROLE };
/** The second sign of each. */
const VARIABLE = { Variables: { [LANE_VARIABLE]: SEALED_LANE } };
const TAGS = [{ Key: ROLE_MARK, Value: GPU_HOST_ROLE }];

const prove = (resources: Resources, more: Partial<Draft> = {}): Residency =>
  proveResidency([stackOf({ Resources: resources, ...more })]);

const said = (findings: Residency['notes']): string[] => findings.map(({ rule, found }) => `${rule}: ${found}`);
const paths = ({ violations }: Residency): string[] => violations.map(({ path }) => formatPath(path));

const sealedFunction = (subnet: unknown = ref('Subnet'), group: unknown = att('Group', 'GroupId')): DraftResource =>
  resource(
    'AWS::Lambda::Function',
    { VpcConfig: { SubnetIds: [subnet], SecurityGroupIds: [group] }, Environment: VARIABLE },
    SEALED,
  );

/** A VPC without a resolver, so that tests of other rules need no DNS firewall. */
const network = (): Resources => ({
  Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16', EnableDnsSupport: false }),
  Subnet: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc') }),
  Table: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
  Association: resource('AWS::EC2::SubnetRouteTableAssociation', {
    SubnetId: ref('Subnet'),
    RouteTableId: ref('Table'),
  }),
  Group: resource('AWS::EC2::SecurityGroup', {
    VpcId: ref('Vpc'),
    SecurityGroupEgress: [{ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32' }],
  }),
  Router: sealedFunction(),
});

const launchTemplate = (interfaces: object[] = []): DraftResource =>
  resource(
    'AWS::EC2::LaunchTemplate',
    {
      LaunchTemplateData: {
        NetworkInterfaces: interfaces,
        TagSpecifications: [{ ResourceType: 'instance', Tags: TAGS }],
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      },
    },
    HOST,
  );

test('the smallest sealed network has nothing to say', () => {
  expect(prove(network())).toMatchObject({ verdict: 'sealed', violations: [], notSeen: [], notes: [] });
});

test('templates with nothing sealed prove nothing', () => {
  const { Router: _, ...rest } = network();
  expect(prove(rest)).toEqual({
    verdict: 'nothing-sealed',
    sealed: [],
    unseen: [],
    violations: [],
    notSeen: [],
    notes: [],
  });
});

describe('route tables', () => {
  test('a route that stays in the VPC is none that leads out', () => {
    const local = resource('AWS::EC2::Route', {
      RouteTableId: ref('Table'),
      DestinationCidrBlock: '10.0.0.0/16',
      GatewayId: 'local',
    });
    expect(prove({ ...network(), Local: local }).verdict).toBe('sealed');
  });

  test('a subnet on the main table of a VPC of these templates is not seen', () => {
    const { Association: _, ...rest } = network();
    const proof = prove(rest);
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notSeen)).toEqual([
      "sealed-route-table: no route table is associated with Subnet: what somebody adds to the VPC's main one",
    ]);
  });

  test('a subnet on the main table of a VPC made elsewhere is a violation', () => {
    const { Association: _, Vpc: __, ...rest } = network();
    rest['Subnet'] = resource('AWS::EC2::Subnet', { VpcId: 'vpc-1' });
    expect(paths(prove(rest))).toEqual(['Router → Subnet → the main route table of vpc-1 → internet']);
  });

  test('an association under a condition of its own leaves the main table behind', () => {
    const resources = network();
    Object.assign(resources['Association'] ?? {}, { Condition: 'Sometimes' });
    expect(said(prove(resources).notSeen)).toHaveLength(1);
  });

  test('subnets, groups and route tables made elsewhere are not seen, nor whether a route there concerns them', () => {
    const proof = prove({
      Router: sealedFunction('subnet-1', 'sg-1'),
      Route: resource('AWS::EC2::Route', {
        RouteTableId: 'rtb-1',
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: 'nat-1',
      }),
      Endpoint: resource('AWS::EC2::VPCEndpoint', {
        VpcId: 'vpc-1',
        ServiceName: 'com.amazonaws.us-east-1.s3',
        RouteTableIds: ['rtb-1'],
      }),
    });
    expect(proof.verdict).toBe('not-seen');
    expect(proof.unseen).toEqual(proof.sealed);
    expect(said(proof.notSeen)).toEqual([
      'sealed-route-out: whether a sealed subnet uses the route table rtb-1: the route Route sends 0.0.0.0/0 to nat-1',
      'sealed-route-table: the subnet subnet-1 is made elsewhere: its route table, network ACL and public addresses',
      'sealed-gateway-endpoint-policy: whether a sealed subnet uses the route table rtb-1, on which the endpoint of s3 is',
      'sealed-egress: the security group sg-1 is made elsewhere: whom it may call, and who may call its members',
      'sealed-foreign-vpc: in which VPC Router stands: its subnets and security groups are made elsewhere',
    ]);
  });

  test('one subnet made elsewhere among seen ones is enough for no proof; its route table in these templates is enough for one', () => {
    const resources = network();
    const two = { SubnetIds: [ref('Subnet'), 'subnet-1'], SecurityGroupIds: [att('Group', 'GroupId')] };
    Object.assign(resources['Router']?.Properties ?? {}, { VpcConfig: two });
    expect(prove(resources)).toMatchObject({ verdict: 'not-seen', violations: [], unseen: [{ logicalId: 'Router' }] });
    resources['Theirs'] = resource('AWS::EC2::SubnetRouteTableAssociation', {
      SubnetId: 'subnet-1',
      RouteTableId: ref('Table'),
    });
    expect(prove(resources)).toMatchObject({ verdict: 'sealed', unseen: [] });
  });

  test('a subnet made elsewhere is followed as far as these templates say what it uses', () => {
    const proof = prove({
      Router: sealedFunction('subnet-1', 'sg-1'),
      Association: resource('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: 'subnet-1', RouteTableId: 'rtb-1' }),
      Route: resource('AWS::EC2::Route', {
        RouteTableId: 'rtb-1',
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: 'nat-1',
      }),
    });
    expect(paths(proof)).toEqual(['Router → subnet-1 → rtb-1 → nat-1 → internet']);
  });

  test('a NAT gateway for private addresses leads out of the VPC, if not to the internet', () => {
    const proof = prove({
      ...network(),
      Nat: resource('AWS::EC2::NatGateway', { SubnetId: ref('Subnet'), ConnectivityType: 'private' }),
      Route: resource('AWS::EC2::Route', {
        RouteTableId: ref('Table'),
        DestinationCidrBlock: '10.9.0.0/16',
        NatGatewayId: ref('Nat'),
      }),
    });
    expect(paths(proof)).toEqual(['Router → Subnet → Table → Nat → somewhere outside the VPC']);
  });
});

describe('foreign VPCs', () => {
  test('of a VPC made elsewhere only what the templates add is seen', () => {
    const resources = network();
    delete resources['Vpc'];
    for (const id of ['Subnet', 'Group']) Object.assign(resources[id]?.Properties ?? {}, { VpcId: 'vpc-1' });
    const proof = prove(resources);
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notSeen)).toEqual([
      'sealed-dns: which names can be looked up in vpc-1, a VPC made elsewhere',
      'sealed-foreign-vpc: the VPC vpc-1 is made elsewhere: its endpoints and whom they admit, its hosts and proxies, its resolver rules',
    ]);
  });
});

describe('marks', () => {
  const without = (resources: Resources, id: string, ...names: string[]): Resources => {
    const { [id]: one, ...rest } = resources;
    if (one === undefined) throw new Error(id);
    const properties = Object.entries(one.Properties).filter(([name]) => !names.includes(name));
    const metadata = names.includes('Metadata') ? {} : one.Metadata;
    return { ...rest, [id]: { ...one, Properties: Object.fromEntries(properties), Metadata: metadata } };
  };
  const hosts = (): Resources => ({
    ...network(),
    Template: launchTemplate([{ Groups: [att('Group', 'GroupId')] }]),
    Hosts: resource(
      'AWS::AutoScaling::AutoScalingGroup',
      { LaunchTemplate: { LaunchTemplateId: ref('Template') }, VPCZoneIdentifier: [ref('Subnet')], Tags: TAGS },
      HOST,
    ),
  });
  const kindsOf = (proof: Residency): string[] => proof.sealed.map(({ kind }) => kind);

  test('with both of them nothing is said', () => {
    expect(prove(hosts())).toMatchObject({ verdict: 'sealed', violations: [] });
  });

  test.each([
    ['Router', 'Metadata', /Router has the environment variable HYBRID_LLM_LANE: sealed, and its metadata .* is gone/],
    ['Router', 'Environment', /Router has the metadata hybrid-llm:lane: sealed, and not the environment variable/],
    ['Hosts', 'Metadata', /Hosts has the tag hybrid-llm:role: gpu-host, and its metadata .* is gone/],
    ['Hosts', 'Tags', /Hosts has the metadata hybrid-llm:role: gpu-host, and not the tag/],
    ['Template', 'Metadata', /Template has the tag hybrid-llm:role: gpu-host, and its metadata .* is gone/],
    ['Template', 'LaunchTemplateData', /Template has the metadata hybrid-llm:role: gpu-host, and not the tag/],
  ])('%s without its %s is sealed all the same, and that the mark is gone is a violation', (id, name, found) => {
    const proof = prove(without(hosts(), id, name));
    expect(kindsOf(proof)).toEqual(['function', 'hosts']);
    expect(said(proof.violations).filter((one) => one.startsWith('sealed-mark'))).toEqual([
      expect.stringMatching(found),
    ]);
  });

  test('metadata set anew on everything hides neither the function nor the hosts', () => {
    const bare = ['Router', 'Hosts', 'Template'].reduce((all, id) => without(all, id, 'Metadata'), hosts());
    expect(kindsOf(prove(bare))).toEqual(['function', 'hosts']);
  });

  test('the open lane’s function is not sealed by saying so', () => {
    const { Router: _, ...rest } = network();
    const open = { Environment: { Variables: { [LANE_VARIABLE]: 'open' } } };
    rest['Open'] = resource('AWS::Lambda::Function', open, { [LANE_MARK]: 'open' });
    expect(prove(rest).verdict).toBe('nothing-sealed');
  });
});

describe('a security group made elsewhere', () => {
  const toProxy = { IpProtocol: 'tcp', FromPort: 3128, ToPort: 3128 };
  const found =
    'sealed-neighbour: who answers in the security group sg-proxy, which sealed things may call, and what it passes on';

  test('that sealed things may call is not seen', () => {
    const resources = network();
    Object.assign(resources['Group']?.Properties ?? {}, {
      SecurityGroupEgress: [{ ...toProxy, DestinationSecurityGroupId: 'sg-proxy' }],
    });
    expect(said(prove(resources).notSeen)).toEqual([found]);
  });

  test('that admits sealed things, which may call every address, is not seen', () => {
    const ingress = { ...toProxy, GroupId: 'sg-proxy', SourceSecurityGroupId: att('Group', 'GroupId') };
    const resources: Resources = { ...network(), Ingress: resource('AWS::EC2::SecurityGroupIngress', ingress) };
    expect(said(prove(resources).notSeen)).toEqual([]);
    Object.assign(resources['Group']?.Properties ?? {}, {
      SecurityGroupEgress: [{ ...toProxy, CidrIp: '0.0.0.0/0' }],
    });
    expect(said(prove(resources).notSeen)).toEqual([found]);
  });
});

describe('kinds', () => {
  test('a mark on something whose network is unknown is a violation', () => {
    const proof = prove({ Router: resource('AWS::Lambda::WebFunction', {}, SEALED) });
    expect(said(proof.violations)).toEqual([
      'sealed-known-kind: Router is marked as sealed, but of AWS::Lambda::WebFunction this proof does not know the network',
    ]);
  });

  test('another sort of fleet may not start GPU hosts', () => {
    const proof = prove({
      Template: launchTemplate(),
      Fleet: resource('AWS::EC2::EC2Fleet', {
        LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateId: ref('Template') } }],
      }),
    });
    expect(paths(proof)).toEqual(['Fleet → Template']);
  });

  test('hosts by a launch configuration are a violation, hosts by a template made elsewhere are not seen', () => {
    const resources = network();
    resources['Old'] = resource(
      'AWS::AutoScaling::AutoScalingGroup',
      { LaunchConfigurationName: 'old', VPCZoneIdentifier: [ref('Subnet')], Tags: TAGS },
      HOST,
    );
    expect(said(prove(resources).violations)).toEqual([
      'sealed-known-kind: Old starts hosts by a launch configuration, which this proof does not read',
    ]);
    resources['Old'] = resource(
      'AWS::AutoScaling::AutoScalingGroup',
      { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' }, VPCZoneIdentifier: [ref('Subnet')], Tags: TAGS },
      HOST,
    );
    const proof = prove(resources);
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notSeen)).toEqual([
      "sealed-egress: Old names no security group: whom the VPC's default one lets it call",
      'sealed-known-kind: the launch template lt-1 is made elsewhere: its addresses, security groups and metadata options',
    ]);
  });

  test('hosts count that name a marked launch template by a name that is written out', () => {
    const resources = network();
    resources['Template'] = launchTemplate();
    Object.assign(resources['Template'].Properties, { LaunchTemplateName: 'gpu' });
    resources['Hosts'] = resource('AWS::AutoScaling::AutoScalingGroup', {
      LaunchTemplate: { LaunchTemplateName: 'gpu', Version: '1' },
    });
    expect(said(prove(resources).violations)).toEqual([
      'sealed-in-vpc: no subnet is named, so hosts start in the default VPC, whose subnets are public',
    ]);
  });
});

describe('hosts', () => {
  const host = (properties: Record<string, unknown> = {}): DraftResource =>
    resource(
      'AWS::EC2::Instance',
      {
        SubnetId: ref('Subnet'),
        SecurityGroupIds: [att('Group', 'GroupId')],
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        Tags: TAGS,
        ...properties,
      },
      HOST,
    );

  test('one instance in a sealed subnet passes', () => {
    expect(prove({ ...network(), Host: host() }).verdict).toBe('sealed');
  });

  test.each([
    ['an address of its own', 'AWS::EC2::EIP', 'InstanceId'],
    ['an address associated with it', 'AWS::EC2::EIPAssociation', 'InstanceId'],
  ])('finds %s', (_, type, property) => {
    const proof = prove({ ...network(), Host: host(), Address: resource(type, { [property]: ref('Host') }) });
    expect(paths(proof)).toEqual(['Host → Address → internet']);
  });

  test('finds an address of an interface in a sealed subnet', () => {
    const proof = prove({
      ...network(),
      Card: resource('AWS::EC2::NetworkInterface', { SubnetId: ref('Subnet') }),
      Address: resource('AWS::EC2::EIPAssociation', { NetworkInterfaceId: ref('Card') }),
    });
    expect(paths(proof)).toEqual(['Card → Address → internet']);
  });

  test('finds credentials without a session token, and none where there is no metadata service', () => {
    const without = host({ MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 1 } });
    expect(paths(prove({ ...network(), Host: without }))).toEqual(['Host']);
    const off = host({ MetadataOptions: { HttpEndpoint: 'disabled' } });
    expect(prove({ ...network(), Host: off }).verdict).toBe('sealed');
  });

  test('a public address that a parameter decides is not seen', () => {
    const resources = network();
    Object.assign(resources['Subnet']?.Properties ?? {}, { MapPublicIpOnLaunch: ref('Public') });
    expect(said(prove(resources).notSeen)).toEqual([
      'sealed-public-address: MapPublicIpOnLaunch of Subnet is decided at the deploy',
    ]);
  });

  test('a mark lost on the group does not hide its hosts', () => {
    const proof = prove({
      Template: launchTemplate([{ SubnetId: ref('Subnet'), AssociatePublicIpAddress: true }]),
      Hosts: resource('AWS::AutoScaling::AutoScalingGroup', {
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1' },
            Overrides: [{ LaunchTemplateSpecification: { LaunchTemplateId: ref('Template') } }],
          },
        },
        VPCZoneIdentifier: [ref('Subnet')],
      }),
      Subnet: network()['Subnet'] as DraftResource,
    });
    expect(paths(proof)).toContain('Hosts → Template → internet');
  });
});

describe('endpoints', () => {
  const endpoint = (service: string, more: Record<string, unknown> = {}, metadata = {}): DraftResource =>
    resource(
      'AWS::EC2::VPCEndpoint',
      {
        VpcEndpointType: 'Interface',
        ServiceName: `com.amazonaws.us-east-1.${service}`,
        VpcId: ref('Vpc'),
        SecurityGroupIds: [att('EndpointGroup', 'GroupId')],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: '*',
              Action: 'logs:PutLogEvents',
              Resource: { 'Fn::Sub': 'arn:aws:logs:us-east-1:${AWS::AccountId}:log-group:a' },
            },
          ],
        },
        ...more,
      },
      metadata,
    );
  const admitting = (ingress: object): DraftResource =>
    resource('AWS::EC2::SecurityGroup', {
      VpcId: ref('Vpc'),
      SecurityGroupIngress: [ingress],
      SecurityGroupEgress: [],
    });
  const bySealed = { IpProtocol: 'tcp', SourceSecurityGroupId: att('Group', 'GroupId') };
  const byOthers = { IpProtocol: 'tcp', SourceSecurityGroupId: 'sg-open-lane' };

  test('an endpoint that admits nothing sealed may be of any service and have any policy', () => {
    const proof = prove({
      ...network(),
      Endpoint: endpoint('sqs', { PolicyDocument: undefined }),
      EndpointGroup: admitting(byOthers),
    });
    expect(proof).toMatchObject({ verdict: 'sealed', notSeen: [], notes: [] });
  });

  test('a service that is not on the list needs a reason, and then is told', () => {
    const resources = { ...network(), Endpoint: endpoint('logs'), EndpointGroup: admitting(bySealed) };
    expect(paths(prove(resources))).toEqual(['Router → Endpoint → logs']);
    const proof = prove({
      ...resources,
      Endpoint: endpoint('logs', {}, { [REASON_MARK]: 'log groups of this account' }),
    });
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notes)).toEqual([
      'sealed-interface-endpoint-service: sealed things can use logs: log groups of this account',
    ]);
  });

  test('addresses that nothing in the VPC can have are no way in for the sealed lane', () => {
    const admitted = (CidrIp: string): Residency =>
      prove({
        ...network(),
        Endpoint: endpoint('execute-api', { PolicyDocument: undefined }),
        EndpointGroup: admitting({ IpProtocol: 'tcp', CidrIp }),
      });
    expect(admitted('192.168.0.0/16').verdict).toBe('sealed');
    expect(admitted('10.0.128.0/20').violations.map(({ rule }) => rule)).toContain('sealed-interface-endpoint-groups');
  });

  test('prefix lists count as addresses', () => {
    const proof = prove({
      ...network(),
      Endpoint: endpoint('ecr.api'),
      EndpointGroup: admitting({ IpProtocol: 'tcp', SourcePrefixListId: 'pl-1' }),
    });
    expect(said(proof.violations)).toEqual([
      'sealed-interface-endpoint-groups: EndpointGroup admits pl-1 to the endpoint',
    ]);
  });

  test('whom a group made elsewhere admits is not seen', () => {
    const proof = prove({ ...network(), Endpoint: endpoint('sqs', { SecurityGroupIds: ['sg-9'] }) });
    expect(said(proof.notSeen)).toEqual(['sealed-interface-endpoint-groups: whom sg-9 admits to the endpoint of sqs']);
  });

  test('a policy that names the organisation is held to be its own, which is not seen', () => {
    const gateway = resource('AWS::EC2::VPCEndpoint', {
      VpcId: ref('Vpc'),
      ServiceName: 'com.amazonaws.us-east-1.dynamodb',
      RouteTableIds: [ref('Table')],
      PolicyDocument: {
        Statement: {
          Effect: 'Allow',
          Action: '*',
          Resource: '*',
          Principal: '*',
          Condition: { StringEquals: { 'aws:ResourceOrgID': 'o-abc123' } },
        },
      },
    });
    const proof = prove({ ...network(), Gateway: gateway });
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notSeen)).toEqual([
      "sealed-gateway-endpoint-policy: whether o-abc123, which Gateway admits, is this account's organisation",
    ]);
  });

  test('a policy counts by its worse side', () => {
    const narrow = {
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Sub': '${Bucket.Arn}/*' } }],
    };
    const gateway = (PolicyDocument: unknown): Resources => ({
      ...network(),
      Bucket: resource('AWS::S3::Bucket'),
      Gateway: resource('AWS::EC2::VPCEndpoint', {
        VpcId: ref('Vpc'),
        ServiceName: 'com.amazonaws.us-east-1.s3',
        RouteTableIds: [ref('Table')],
        PolicyDocument,
      }),
    });
    expect(prove(gateway(narrow)).verdict).toBe('sealed');
    expect(prove(gateway({ 'Fn::If': ['C', narrow, { Ref: 'AWS::NoValue' }] })).verdict).toBe('violated');
    expect(prove(gateway({ Ref: 'Policy' })).violations.map(({ found }) => found)).toEqual([
      'the policy of Gateway cannot be read from the template',
    ]);
  });
});

describe('neighbours', () => {
  const withProxy = (egress: object[], proxySubnet: unknown = ref('OpenSubnet')): Resources => ({
    ...network(),
    Group: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc'), SecurityGroupEgress: egress }),
    OpenSubnet: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc') }),
    OpenTable: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
    OpenAssociation: resource('AWS::EC2::SubnetRouteTableAssociation', {
      SubnetId: ref('OpenSubnet'),
      RouteTableId: ref('OpenTable'),
    }),
    OpenRoute: resource('AWS::EC2::Route', { RouteTableId: ref('OpenTable'), GatewayId: 'igw-1' }),
    ProxyGroup: resource('AWS::EC2::SecurityGroup', {
      VpcId: ref('Vpc'),
      SecurityGroupIngress: [{ IpProtocol: 'tcp', SourceSecurityGroupId: att('Group', 'GroupId') }],
    }),
    Proxies: resource('AWS::ECS::Service', {
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: [proxySubnet], SecurityGroups: [att('ProxyGroup', 'GroupId')] },
      },
    }),
  });
  const toProxy = [{ IpProtocol: 'tcp', DestinationSecurityGroupId: att('ProxyGroup', 'GroupId') }];
  const toNobody = [{ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32' }];

  test('a service with a way out that admits sealed things is one', () => {
    expect(paths(prove(withProxy(toProxy)))).toEqual(['Router → Proxies → OpenSubnet → OpenTable → igw-1 → internet']);
  });

  test('it is none where sealed things may not call it, or where it has no way out itself', () => {
    expect(prove(withProxy(toNobody)).verdict).toBe('sealed');
    const closed = prove(withProxy(toProxy, ref('Subnet')));
    expect(closed.verdict).toBe('sealed');
    expect(said(closed.notSeen)).toEqual([
      'sealed-neighbour: what Proxies, which admits sealed things, passes on, and to whom',
    ]);
  });

  test('where a neighbour stands may not be seen', () => {
    expect(said(prove(withProxy(toProxy, 'subnet-9')).notSeen)).toEqual([
      'sealed-neighbour: where Proxies stands, which admits sealed things',
    ]);
  });
});

describe('notes', () => {
  test('tells who may be called, and what joins the VPC to other networks', () => {
    const resources = network();
    resources['Group'] = resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') });
    resources['Attachment'] = resource('AWS::EC2::TransitGatewayAttachment', {
      VpcId: ref('Vpc'),
      TransitGatewayId: 'tgw-1',
    });
    const proof = prove(resources);
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notes)).toEqual([
      'sealed-vpc-attachment: Attachment (AWS::EC2::TransitGatewayAttachment) joins the VPC to other networks',
      'sealed-egress: Group lets its members call 0.0.0.0/0',
    ]);
  });

  test('what a Route 53 profile brings along is not seen', () => {
    const profile = resource('AWS::Route53Profiles::ProfileAssociation', { ResourceId: ref('Vpc'), ProfileId: 'rp-1' });
    expect(said(prove({ ...network(), Profile: profile }).notSeen)).toEqual([
      'sealed-vpc-attachment: which names the profile of Profile lets be looked up',
    ]);
  });

  test('a function URL for signed requests is told, one that a parameter decides is not seen', () => {
    const url = (AuthType: unknown): Resources => ({
      ...network(),
      Alias: resource('AWS::Lambda::Alias', { FunctionName: ref('Router') }),
      Url: resource('AWS::Lambda::Url', { TargetFunctionArn: ref('Alias'), AuthType }),
    });
    expect(said(prove(url('AWS_IAM')).notes)).toHaveLength(1);
    expect(said(prove(url(ref('Auth'))).notSeen)).toEqual([
      'sealed-function-url: AuthType of Url is decided at the deploy',
    ]);
    expect(paths(prove(url('NONE')))).toEqual(['internet → Url → Router']);
  });
});

describe('templates', () => {
  test('what a template does not say of itself is not seen', () => {
    const proof = prove(
      {
        ...network(),
        Nested: resource('AWS::CloudFormation::Stack', { TemplateURL: 'https://example.com/t.json' }),
        Custom: resource('Custom::Anything'),
      },
      { Transform: ['AWS::LanguageExtensions'] },
    );
    expect(said(proof.notSeen)).toEqual([
      'template-shows: what AWS::LanguageExtensions makes of Test.template.json at the deploy',
      'template-shows: the template of the nested stack Nested',
      'template-shows: what the custom resource Custom (Custom::Anything) does at the deploy',
    ]);
  });

  test.each([
    ['Acme::Network::Routes', 'what the custom resource Other (Acme::Network::Routes) does at the deploy'],
    [
      'Acme::Network::Routes::MODULE',
      'what the custom resource Other (Acme::Network::Routes::MODULE) does at the deploy',
    ],
    ['AWS::CloudFormation::StackSet', 'the template that Other (AWS::CloudFormation::StackSet) deploys'],
  ])('what %s makes is not seen', (type, found) => {
    const proof = prove({ ...network(), Other: resource(type, { RouteTableId: ref('Table') }) });
    expect(said(proof.notSeen)).toEqual([`template-shows: ${found}`]);
  });

  const OUT = { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' };

  test.each([
    ['AWS::EC2::Route', 'RouteTableId', ref('Decided'), OUT],
    ['AWS::EC2::Route', 'RouteTableId', '{{resolve:ssm:/network/table}}', OUT],
    ['AWS::EC2::Route', 'RouteTableId', { 'Fn::ImportValue': 'Table' }, OUT],
    ['AWS::EC2::SubnetRouteTableAssociation', 'SubnetId', ref('Decided'), { RouteTableId: 'rtb-1' }],
    [
      'AWS::EC2::VPCEndpoint',
      'RouteTableIds',
      [ref('Decided')],
      { VpcId: ref('Vpc'), ServiceName: 'com.amazonaws.us-east-1.s3' },
    ],
    ['AWS::VpcLattice::ServiceNetworkVpcAssociation', 'VpcIdentifier', ref('Decided'), {}],
    ['AWS::Route53Resolver::FirewallConfig', 'ResourceId', ref('Decided'), { FirewallFailOpen: 'ENABLED' }],
    ['AWS::EC2::SecurityGroupIngress', 'GroupId', ref('Decided'), { SourceSecurityGroupId: att('Group', 'GroupId') }],
    ['AWS::Lambda::Url', 'TargetFunctionArn', ref('Decided'), { AuthType: 'NONE' }],
  ])(
    'whether %s opens something sealed is not seen where the deploy decides %s: %j',
    (type, property, decided, rest) => {
      const parameters = { Parameters: { Decided: { Type: 'AWS::SSM::Parameter::Value<String>' } } };
      const proof = prove({ ...network(), Hole: resource(type, { ...rest, [property]: decided }) }, parameters);
      expect(said(proof.notSeen)).toEqual([
        `template-shows: whether ${property} of Hole (${type}) is a sealed one: the deploy decides it`,
      ]);
    },
  );

  test.each([
    ['AWS::EC2::Route', 'RouteTableId', 'rtb-1', OUT],
    ['AWS::EC2::SubnetRouteTableAssociation', 'SubnetId', 'subnet-1', { RouteTableId: 'rtb-1' }],
    ['AWS::VpcLattice::ServiceNetworkVpcAssociation', 'VpcIdentifier', 'vpc-1', {}],
  ])(
    'whether %s opens something sealed is not seen where the id is written out: %s: %s',
    (type, property, id, rest) => {
      const proof = prove({ ...network(), Hole: resource(type, { ...rest, [property]: id }) });
      expect(said(proof.notSeen)).toEqual([
        `template-shows: whether ${property} of Hole (${type}) is a sealed one: its id is written out`,
      ]);
    },
  );

  test('a parameter of both sides is followed, and so is an id', () => {
    const resources = network();
    Object.assign(resources['Association']?.Properties ?? {}, { RouteTableId: ref('Decided') });
    resources['Route'] = resource('AWS::EC2::Route', { RouteTableId: ref('Decided'), ...OUT });
    const proof = prove(resources);
    expect(paths(proof)).toEqual(['Router → Subnet → ${?Decided} → nat-1 → internet']);
    expect(said(proof.notSeen).filter((one) => one.startsWith('template-shows'))).toEqual([]);
    for (const id of ['Association', 'Route'])
      Object.assign(resources[id]?.Properties ?? {}, { RouteTableId: 'rtb-1' });
    expect(paths(prove(resources))).toEqual(['Router → Subnet → rtb-1 → nat-1 → internet']);
    expect(said(prove(resources).notSeen).filter((one) => one.startsWith('template-shows'))).toEqual([]);
  });
});

describe('DNS', () => {
  const withDns = (rules: object[], more: Resources = {}): Resources => ({
    ...network(),
    Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' }),
    Names: resource('AWS::Route53Resolver::FirewallDomainList', { Domains: ['api.example.com'] }),
    All: resource('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
    Rules: resource('AWS::Route53Resolver::FirewallRuleGroup', { FirewallRules: rules }),
    Firewall: resource('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
      VpcId: ref('Vpc'),
      FirewallRuleGroupId: att('Rules', 'Id'),
      Priority: 500,
    }),
    ...more,
  });
  const allow = { Priority: 10, Action: 'ALLOW', FirewallDomainListId: att('Names', 'Id') };
  const block = { Priority: 20, Action: 'BLOCK', FirewallDomainListId: att('All', 'Id') };

  test('rules count by priority, however they are written', () => {
    const proof = prove(withDns([block, allow]));
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notes)).toEqual(['sealed-dns: names that can be looked up: api.example.com']);
    const late = { ...allow, Priority: 30 };
    expect(prove(withDns([late, block])).notes).toEqual([]);
  });

  test('another association that is asked first is looked at first', () => {
    const proof = prove(
      withDns([block], {
        More: resource('AWS::Route53Resolver::FirewallRuleGroup', {
          FirewallRules: [{ ...allow, FirewallDomainListId: att('All', 'Id') }],
        }),
        First: resource('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
          VpcId: ref('Vpc'),
          FirewallRuleGroupId: ref('More'),
          Priority: 101,
        }),
      }),
    );
    expect(said(proof.violations)).toEqual(['sealed-dns: rule 10 of More lets * through']);
  });

  test('two associations without a known order are not seen', () => {
    const second = resource('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
      VpcId: ref('Vpc'),
      FirewallRuleGroupId: 'rslvr-frg-1',
      Priority: ref('Priority'),
    });
    expect(said(prove(withDns([block], { Second: second })).notSeen)).toEqual([
      'sealed-dns: rules of the DNS firewall that are made elsewhere, or whose order is',
    ]);
  });

  test('rules, names and an order made elsewhere are not seen', () => {
    const elsewhere = { ...allow, FirewallDomainListId: 'rslvr-fdl-1' };
    expect(said(prove(withDns([elsewhere, block])).notSeen)).toEqual([
      'sealed-dns: the names that rule 10 of Rules lets through: their list is made elsewhere',
    ]);
    const unordered = { ...block, Priority: ref('Priority') };
    const proof = prove(withDns([allow, unordered]));
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notSeen)).toEqual([
      'sealed-dns: rules of the DNS firewall that are made elsewhere, or whose order is',
    ]);
  });

  test('a wildcard is harmless below a zone that AWS runs; who runs another one is not seen', () => {
    const names = (...Domains: unknown[]): Residency =>
      prove(withDns([allow, block], { Names: resource('AWS::Route53Resolver::FirewallDomainList', { Domains }) }));
    expect(names('*.s3.eu-west-1.amazonaws.com', { 'Fn::Sub': '*.vpce.${AWS::URLSuffix}' }).notSeen).toEqual([]);
    const proof = names('*.example.com');
    expect(proof.verdict).toBe('sealed');
    expect(said(proof.notSeen)).toEqual([
      'sealed-dns: who runs *.example.com and so reads every name that is looked up below it',
    ]);
  });

  test('a list that is everything on one side of a condition only blocks nothing for sure', () => {
    const proof = prove(
      withDns([block], {
        All: resource('AWS::Route53Resolver::FirewallDomainList', {
          Domains: { 'Fn::If': ['C', ['*'], ['evil.example']] },
        }),
      }),
    );
    expect(said(proof.violations)).toEqual(['sealed-dns: no rule of the DNS firewall blocks *']);
  });
});
