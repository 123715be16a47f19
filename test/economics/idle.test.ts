/** The idle floor, type by type, on templates of one resource. */
import { type IdleFloor, idleFloor } from '../../lib/economics/idle';
import { RULES } from '../../lib/economics/idle-rules';
import { KNOWN_TO_COST } from '../../lib/economics/known-to-cost';

const floorOf = (Type: string, Properties: Record<string, unknown> = {}): IdleFloor =>
  idleFloor({ Resources: { Thing: { Type, Properties } } });

const METRIC = { MetricStat: { Metric: {}, Period: 300, Stat: 'Sum' } };
const SERVICE = { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.ecr.api']] };

test.each<[string, Record<string, unknown>, number, string]>([
  [
    'AWS::EC2::VPCEndpoint',
    { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.ecr.dkr', SubnetIds: ['a'] },
    7.3,
    'interface endpoint ecr.dkr',
  ],
  [
    'AWS::EC2::VPCEndpoint',
    { VpcEndpointType: 'Interface', ServiceName: SERVICE, SubnetIds: ['a', 'b'] },
    14.6,
    'interface endpoint ecr.api',
  ],
  [
    'AWS::EC2::VPCEndpoint',
    {
      VpcEndpointType: 'Interface',
      ServiceName: { 'Fn::Sub': 'com.amazonaws.${AWS::Region}.bedrock-runtime' },
      SubnetIds: { Ref: 'Subnets' },
    },
    7.3,
    'interface endpoint bedrock-runtime',
  ],
  ['AWS::EC2::NatGateway', {}, 32.85, 'NAT gateway'],
  ['AWS::EC2::EIP', {}, 3.65, 'public IPv4 address'],
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', {}, 16.425, 'application load balancer'],
  ['AWS::CloudWatch::Alarm', { MetricName: 'Errors', Period: 300 }, 0.1, 'alarm'],
  ['AWS::CloudWatch::Alarm', { MetricName: 'Errors', Period: 10 }, 0.3, 'alarm'],
  [
    'AWS::CloudWatch::Alarm',
    { AlarmName: 'late', Metrics: [{ Expression: 'a / b' }, METRIC, METRIC] },
    0.2,
    'alarm late',
  ],
  ['AWS::CloudWatch::Alarm', { Metrics: [{ Expression: 'ANOMALY_DETECTION_BAND(m1, 2)' }, METRIC] }, 0.3, 'alarm'],
  ['AWS::CloudWatch::CompositeAlarm', {}, 0.5, 'composite alarm'],
  ['AWS::CloudWatch::Dashboard', {}, 3, 'dashboard'],
  ['AWS::SecretsManager::Secret', { Name: 'acme/anthropic' }, 0.4, 'secret acme/anthropic'],
  ['AWS::SecretsManager::Secret', { ReplicaRegions: [{ Region: 'us-west-2' }] }, 0.8, 'secret'],
  ['AWS::KMS::Key', {}, 1, 'KMS key'],
  ['AWS::Route53::HostedZone', { Name: 'acme.example' }, 0.5, 'hosted zone acme.example'],
  ['AWS::Route53Resolver::FirewallDomainList', { Domains: ['a.example', 'b.example'] }, 0.001, 'DNS firewall'],
  ['AWS::Route53Resolver::ResolverEndpoint', { IpAddresses: [{}, {}] }, 182.5, 'DNS resolver endpoint'],
])('%s %j costs $%d a month', (type, properties, usdPerMonth, name) => {
  const floor = floorOf(type, properties);
  expect(floor.usdPerMonth).toBeCloseTo(usdPerMonth, 6);
  expect(floor.items).toMatchObject([{ name, logicalId: 'Thing' }]);
  expect(floor.unpriced).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }],
  ['AWS::EC2::VPCEndpoint', {}],
  ['AWS::DynamoDB::Table', { BillingMode: 'PAY_PER_REQUEST' }],
  ['AWS::AutoScaling::AutoScalingGroup', { MinSize: '0', MaxSize: '4' }],
  ['AWS::Lambda::Function', {}],
  ['AWS::Logs::LogGroup', {}],
  ['AWS::S3::Bucket', {}],
  ['AWS::Budgets::Budget', {}],
  ['AWS::ApiGateway::Stage', {}],
])('%s %j costs nothing while idle', (type, properties) => {
  expect(floorOf(type, properties)).toEqual({ usdPerMonth: 0, items: [], unpriced: [] });
});

test.each<[string, Record<string, unknown>]>([
  ['AWS::DynamoDB::Table', { ProvisionedThroughput: {} }],
  ['AWS::AutoScaling::AutoScalingGroup', { MinSize: '0', DesiredCapacity: '1' }],
  ['AWS::AutoScaling::AutoScalingGroup', { MinSize: '1' }],
  ['AWS::AutoScaling::AutoScalingGroup', { MinSize: { Ref: 'Min' } }],
  ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'GatewayLoadBalancer' }],
  ['AWS::ApiGateway::Stage', { CacheClusterEnabled: true }],
  ['AWS::Lambda::Alias', { ProvisionedConcurrencyConfig: {} }],
  ['AWS::RDS::DBInstance', {}],
])('%s %j costs what is not known here, and is named', (type, properties) => {
  expect(floorOf(type, properties)).toEqual({ usdPerMonth: 0, items: [], unpriced: [{ logicalId: 'Thing', type }] });
});

test('says how each item is computed', () => {
  const endpoint = {
    VpcEndpointType: 'Interface',
    ServiceName: 'com.amazonaws.us-east-1.ecr.dkr',
    SubnetIds: ['a', 'b'],
  };
  expect(floorOf('AWS::EC2::VPCEndpoint', endpoint).items[0]?.basis).toBe('2 zones × $0.01/h × 730 h');
  expect(floorOf('AWS::EC2::NatGateway').items[0]?.basis).toBe('$0.045/h × 730 h');
  expect(floorOf('AWS::CloudWatch::Dashboard').items[0]?.basis).toBe('$3 a month');
});

test('a regional NAT gateway costs in one zone at least', () => {
  const floor = floorOf('AWS::EC2::NatGateway', { AvailabilityMode: 'regional' });
  expect(floor.usdPerMonth).toBeCloseTo(36.5, 6);
  expect(floor.items[0]?.basis).toMatch(/^1 zone \(at least: .*\) × \$0.045\/h × 730 h$/);
});

test('adds up, dearest first', () => {
  const floor = idleFloor({
    Resources: {
      Key: { Type: 'AWS::KMS::Key' },
      Nat: { Type: 'AWS::EC2::NatGateway' },
      Address: { Type: 'AWS::EC2::EIP' },
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode: 'PAY_PER_REQUEST' } },
    },
  });
  expect(floor.items.map(({ logicalId }) => logicalId)).toEqual(['Nat', 'Address', 'Key']);
  expect(floor.usdPerMonth).toBeCloseTo(37.5, 6);
});

test('an empty template costs nothing', () => {
  expect(idleFloor({})).toEqual({ usdPerMonth: 0, items: [], unpriced: [] });
});

test('a type has a rule or a name in the list of unpriced ones, not both', () => {
  expect(Object.keys(RULES).filter((type) => KNOWN_TO_COST.has(type))).toEqual([]);
});
