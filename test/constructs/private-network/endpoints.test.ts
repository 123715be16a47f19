import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Egress, PrivateNetwork } from '../../../constructs/private-network';
import { testApp, testStack } from '../../support/cdk';
import {
  endpointsOf,
  ownNetwork,
  peerIn,
  plain,
  propertiesOf,
  statementsOf,
  templateOf,
  type Properties,
} from './fixture';

const SERVICES = ['bedrock-runtime', 'ecr.api', 'ecr.dkr', 'execute-api', 'secretsmanager'];
const THIS_ACCOUNT = { StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } };

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(plain);

/** The endpoint of a service, once somebody was admitted to it. */
function admitted(
  service: string,
  network = ownNetwork(),
): { endpoint: Properties | undefined; template: Template; network: PrivateNetwork } {
  network.admit(service, peerIn(network));
  const template = templateOf(network);
  return { endpoint: endpointsOf(template, service)[0], template, network };
}

describe('gateway endpoints', () => {
  const tablesOf = (network: PrivateNetwork, selection: ec2.SubnetSelection = {}): string[] => [
    ...new Set(
      network.vpc
        .selectSubnets(selection)
        .subnets.map(({ routeTable }) => plain(Stack.of(network).resolve(routeTable.routeTableId))),
    ),
  ];

  test.each(['s3', 'dynamodb'])('%s has one for the isolated route tables and another for the open ones', (service) => {
    const network = ownNetwork();
    const tables = endpointsOf(templateOf(network), service).map(({ RouteTableIds }) => listOf(RouteTableIds));
    expect(tables).toEqual([tablesOf(network, network.isolatedSubnets), tablesOf(network, network.openSubnets)]);
  });

  test.each([{ egress: Egress.NONE }, { openLane: false }])('there is one set with %j', (props) => {
    expect(endpointsOf(templateOf(ownNetwork(props)), 's3')).toHaveLength(1);
  });

  test('buckets: of this account, and to read the ones of AWS that hosts install and pull from', () => {
    const [isolated, open] = endpointsOf(templateOf(ownNetwork()), 's3').map(statementsOf);
    expect(isolated).toHaveLength(2);
    expect(open).toHaveLength(1);
    expect(isolated?.[0]).toEqual(open?.[0]);
    expect(open?.[0]).toMatchObject({ Resource: '*', Condition: THIS_ACCOUNT });
    expect(isolated?.[1]).toMatchObject({ Action: 's3:GetObject', Principal: '*' });
    expect(listOf(isolated?.[1]?.Resource)).toEqual([
      'arn:${AWS::Partition}:s3:::al2023-repos-us-east-1-de612dc2/*',
      'arn:${AWS::Partition}:s3:::prod-us-east-1-starport-layer-bucket/*',
    ]);
  });

  test('tables: of this account', () => {
    for (const endpoint of endpointsOf(templateOf(ownNetwork()), 'dynamodb')) {
      expect(statementsOf(endpoint)).toEqual([expect.objectContaining({ Resource: '*', Condition: THIS_ACCOUNT })]);
    }
  });
});

test('no policy admits every action, and each that names every resource says why', () => {
  const network = ownNetwork();
  const peer = peerIn(network);
  for (const service of SERVICES) network.admit(service, peer);
  const endpoints = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::VPCEndpoint'));
  expect(endpoints).toHaveLength(4 + SERVICES.length);
  for (const endpoint of endpoints) {
    const statements = statementsOf(endpoint);
    expect(statements.length).toBeGreaterThan(0);
    for (const { Sid, Action } of statements) {
      expect(Sid).toMatch(/^[A-Z][A-Za-z]{10,}$/);
      expect(listOf(Action).filter((action) => action.includes('*'))).toEqual([]);
    }
  }
});

test('no endpoint is made before somebody is admitted', () => {
  expect(
    Object.values(propertiesOf(templateOf(ownNetwork()), 'AWS::EC2::VPCEndpoint')).map(
      ({ VpcEndpointType }) => VpcEndpointType,
    ),
  ).toEqual(Array(4).fill('Gateway'));
  expect(propertiesOf(templateOf(ownNetwork()), 'AWS::EC2::SecurityGroup')).toEqual({});
});

describe.each(SERVICES)('the endpoint of %s', (service) => {
  let made: ReturnType<typeof admitted>;
  beforeAll(() => {
    made = admitted(service);
  });

  test('is reached by the admitted security groups on 443 and by nothing else, and reaches nothing', () => {
    const { endpoint, template } = made;
    const [group = ''] = listOf(endpoint?.SecurityGroupIds);
    expect(endpoint?.SecurityGroupIds).toHaveLength(1);
    const groups = propertiesOf(template, 'AWS::EC2::SecurityGroup');
    const own = Object.entries(groups).find(([id]) => group === `\${${id}.GroupId}`)?.[1];
    expect(own?.SecurityGroupIngress).toBeUndefined();
    expect(own?.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
    const rules = Object.values(propertiesOf(template, 'AWS::EC2::SecurityGroupIngress')).filter(
      ({ GroupId }) => plain(GroupId) === group,
    );
    expect(rules).toEqual([
      {
        Description: `to ${service}`,
        GroupId: expect.anything() as unknown,
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^Peer/), 'GroupId'] },
      },
    ]);
    expect(Object.values(propertiesOf(template, 'AWS::EC2::SecurityGroupEgress'))).toEqual([]);
  });

  test('stands in one isolated zone, under its private name', () => {
    const { endpoint, network } = made;
    const first = network.vpc.selectSubnets(network.isolatedSubnets).subnets[0];
    expect(listOf(endpoint?.SubnetIds)).toEqual([plain(Stack.of(network).resolve(first?.subnetId))]);
    expect(endpoint?.PrivateDnsEnabled).toBe(true);
  });
});

test('endpointAzs says in how many zones an endpoint stands', () => {
  expect(admitted('ecr.api', ownNetwork({ endpointAzs: 2 })).endpoint?.SubnetIds).toHaveLength(2);
});

test('an endpoint is made once, a peer admitted once', () => {
  const network = ownNetwork();
  const [one, two] = [peerIn(network, 'One'), peerIn(network, 'Two')];
  for (const peer of [one, two, one]) network.admit('ecr.api', peer);
  const template = templateOf(network);
  expect(endpointsOf(template, 'ecr.api')).toHaveLength(1);
  expect(Object.keys(propertiesOf(template, 'AWS::EC2::SecurityGroupIngress'))).toHaveLength(2);
});

test('a peer that lets nothing out is let out to the endpoint', () => {
  const network = ownNetwork();
  const peer = new ec2.SecurityGroup(Stack.of(network), 'Host', { vpc: network.vpc, allowAllOutbound: false });
  network.admit('ecr.api', peer);
  templateOf(network).hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
    FromPort: 443,
    GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Host'), 'GroupId'] },
    DestinationSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('EcrApi'), 'GroupId'] },
  });
});

test('a peer of another stack keeps its rules there, so that the stacks depend on one another one way only', () => {
  const app = testApp();
  const network = ownNetwork({}, new Stack(app, 'Net', { env: { region: 'us-east-1' } }));
  const theirs = new Stack(app, 'Theirs', { env: { region: 'us-east-1' } });
  network.admit('ecr.api', new ec2.SecurityGroup(theirs, 'Host', { vpc: network.vpc, allowAllOutbound: false }));
  for (const direction of ['Ingress', 'Egress']) {
    const type = `AWS::EC2::SecurityGroup${direction}`;
    expect(Object.keys(propertiesOf(Template.fromStack(theirs), type))).toHaveLength(1);
    expect(Object.keys(propertiesOf(templateOf(network), type))).toHaveLength(0);
  }
});

test('of a peer with an address range too, only the security group is admitted', () => {
  const network = ownNetwork();
  const connections = new ec2.Connections({ securityGroups: [peerIn(network)], peer: ec2.Peer.ipv4('10.0.0.0/8') });
  network.admit('ecr.api', { connections });
  const ingress = Object.values(propertiesOf(templateOf(network), 'AWS::EC2::SecurityGroupIngress'));
  expect(ingress).toHaveLength(1);
  expect(JSON.stringify(templateOf(network).toJSON())).not.toContain('10.0.0.0/8');
});

test('an address range is not admitted', () => {
  expect(() => ownNetwork().admit('ecr.api', ec2.Peer.ipv4('10.0.0.0/16'))).toThrow(
    'only security groups are admitted to the endpoint of ecr.api, got a peer that has none',
  );
});

test.each(['ecr.api', 'ecr.dkr'])('%s lets images be read from one registry, and nothing else', (service) => {
  const [token, read, ...rest] = statementsOf(admitted(service).endpoint);
  expect(rest).toEqual([]);
  expect(token).toMatchObject({
    Action: 'ecr:GetAuthorizationToken',
    Resource: '*',
    Sid: 'GetAuthorizationTokenExistsOnlyOnStar',
  });
  expect(read?.Action).toEqual(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']);
  expect(plain(read?.Resource)).toBe('arn:${AWS::Partition}:ecr:us-east-1:763104351884:repository/*');
});

test('the registry is that of the region, or the one that was given', () => {
  const registryIn = (region: string, imageRegistry?: string): string => {
    const network = ownNetwork(imageRegistry === undefined ? {} : { imageRegistry }, testStack({ env: { region } }));
    return plain(statementsOf(admitted('ecr.dkr', network).endpoint)[1]?.Resource);
  };
  expect(registryIn('eu-south-1')).toContain(':eu-south-1:692866216735:repository/*');
  expect(registryIn('eu-south-1', '123456789012')).toContain(':eu-south-1:123456789012:repository/*');
  // The CDK's own table lacks this one.
  expect(registryIn('ca-west-1')).toContain(':ca-west-1:204538143572:repository/*');
  expect(() => registryIn('us-iso-east-1')).toThrow(
    "the registry of AWS's deep learning containers in us-iso-east-1 is not known",
  );
});

test('in a stack without a region the registry is found at deployment', () => {
  const network = ownNetwork({}, testStack({}));
  expect(plain(statementsOf(admitted('ecr.api', network).endpoint)[1]?.Resource)).toContain('Fn::FindInMap');
});

test('bedrock-runtime lets this account call models', () => {
  expect(statementsOf(admitted('bedrock-runtime').endpoint)).toEqual([
    expect.objectContaining({
      Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
    }),
  ]);
});

test('secretsmanager lets this account read its own secrets', () => {
  const [statement, ...rest] = statementsOf(admitted('secretsmanager').endpoint);
  expect(rest).toEqual([]);
  expect(statement?.Action).toBe('secretsmanager:GetSecretValue');
  expect(plain(statement?.Resource)).toBe('arn:${AWS::Partition}:secretsmanager:us-east-1:${AWS::AccountId}:secret:*');
  expect(statement?.Condition).toEqual({ StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } });
});

test('execute-api admits callers it does not know, to APIs of this account', () => {
  const [statement, ...rest] = statementsOf(admitted('execute-api').endpoint);
  expect(rest).toEqual([]);
  expect(statement).toMatchObject({ Action: 'execute-api:Invoke', Principal: '*' });
  expect(statement).not.toHaveProperty('Condition');
  expect(plain(statement?.Resource)).toBe('arn:${AWS::Partition}:execute-api:us-east-1:${AWS::AccountId}:*');
});

test.each([
  [
    'sts',
    'no endpoint policy is known for sts: expected one of bedrock-runtime, ecr.api, ecr.dkr, execute-api, secretsmanager',
  ],
  ['s3', 's3 has a gateway endpoint'],
  ['dynamodb', 'dynamodb has a gateway endpoint'],
])('nobody is admitted to %s', (service, message) => {
  const network = ownNetwork();
  const peer = peerIn(network);
  expect(() => network.admit(service, peer)).toThrow(message);
});

test('the id of an endpoint is known once somebody is admitted to it', () => {
  const network = ownNetwork();
  expect(network.interfaceEndpoint('execute-api')).toBeUndefined();
  expect(() => network.endpointId('execute-api')).toThrow(
    'the id of the endpoint of execute-api is not known: admit somebody to it first',
  );
  network.admit('execute-api', peerIn(network));
  expect(network.interfaceEndpoint('execute-api')?.vpcEndpointId).toBe(network.endpointId('execute-api'));
  expect(plain(Stack.of(network).resolve(network.endpointId('execute-api')))).toMatch(
    /^\$\{NetworkEndpointsExecuteApi[0-9A-F]{8}\}$/,
  );
});
