/** What of each type of resource is charged for being there. One rule a type; a type without one is free while idle. */
import { type JsonObject, isObject, objectOf } from '../proof/template';

export interface Charge {
  readonly name: string;
  /** Id of the price. */
  readonly price: string;
  readonly count: number;
  /** What is counted; absent: the resource itself. */
  readonly unit?: string;
}

/** `unpriced`: it costs, and the template does not say how much. */
type Rule = (properties: JsonObject) => readonly Charge[] | 'unpriced';

const AT_LEAST_ONE_ZONE = 'zone (at least: the template does not say how many)';

export const RULES: Readonly<Record<string, Rule>> = {
  'AWS::EC2::VPCEndpoint': (properties) => {
    const type = properties['VpcEndpointType'] ?? 'Gateway';
    if (type === 'Gateway') return [];
    if (type !== 'Interface') return 'unpriced';
    const zones = listIn(properties, 'SubnetIds');
    const unit = zones === null ? AT_LEAST_ONE_ZONE : plural(zones.length, 'zone');
    return [
      {
        name: `interface endpoint ${serviceOf(properties)}`,
        price: 'interface-endpoint',
        count: zones?.length ?? 1,
        unit,
      },
    ];
  },

  // A regional gateway is charged, and has an address of its own, in each zone where something uses it.
  'AWS::EC2::NatGateway': ({ AvailabilityMode: mode }) =>
    mode === 'regional'
      ? [
          { name: 'regional NAT gateway', price: 'nat-gateway', count: 1, unit: AT_LEAST_ONE_ZONE },
          { name: 'address of the regional NAT gateway', price: 'public-ipv4', count: 1, unit: AT_LEAST_ONE_ZONE },
        ]
      : [{ name: 'NAT gateway', price: 'nat-gateway', count: 1 }],
  'AWS::EC2::EIP': () => [{ name: 'public IPv4 address', price: 'public-ipv4', count: 1 }],

  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ Type: type }) =>
    type === 'gateway'
      ? 'unpriced'
      : [
          {
            name: `${typeof type === 'string' ? type : 'application'} load balancer`,
            price: 'load-balancer',
            count: 1,
          },
        ],

  'AWS::CloudWatch::Alarm': (properties) => {
    const queries = listIn(properties, 'Metrics');
    const periods =
      queries === null
        ? [properties['Period']]
        : queries.flatMap((query) => {
            const { MetricStat: stat } = objectOf(query);
            return isObject(stat) ? [stat['Period']] : [];
          });
    const isHigh = periods.some((period) => typeof period === 'number' && period < 60);
    const price = isHigh ? 'alarm-metric-high-resolution' : 'alarm-metric';
    // An expression may search for its metrics; it looks at one at least. A band of normal values counts as two more.
    const bands = (queries ?? []).filter((query) =>
      String(objectOf(query)['Expression']).includes('ANOMALY_DETECTION_BAND'),
    );
    const count = Math.max(periods.length, 1) + 2 * bands.length;
    return [{ name: named('alarm', properties['AlarmName']), price, count, unit: plural(count, 'metric') }];
  },
  'AWS::CloudWatch::CompositeAlarm': () => [{ name: 'composite alarm', price: 'composite-alarm', count: 1 }],
  'AWS::CloudWatch::Dashboard': () => [{ name: 'dashboard', price: 'dashboard', count: 1 }],

  'AWS::SecretsManager::Secret': (properties) => {
    const count = 1 + (listIn(properties, 'ReplicaRegions')?.length ?? 0);
    return [
      {
        name: named('secret', properties['Name']),
        price: 'secret',
        count,
        unit: plural(count, 'region'),
      },
    ];
  },
  'AWS::KMS::Key': () => [{ name: 'KMS key', price: 'kms-key', count: 1 }],
  'AWS::KMS::ReplicaKey': () => [{ name: 'KMS key', price: 'kms-key', count: 1 }],

  'AWS::Route53::HostedZone': ({ Name: name }) => [
    { name: named('hosted zone', name), price: 'hosted-zone', count: 1 },
  ],
  'AWS::Route53Resolver::FirewallDomainList': (properties) => {
    const domains = listIn(properties, 'Domains');
    if (domains === null) return properties['DomainFileUrl'] === undefined ? [] : 'unpriced';
    return [
      {
        name: 'DNS firewall',
        price: 'dns-firewall-domain',
        count: domains.length,
        unit: plural(domains.length, 'domain'),
      },
    ];
  },
  'AWS::Route53Resolver::ResolverEndpoint': (properties) => {
    const count = listIn(properties, 'IpAddresses')?.length ?? 0;
    return count === 0
      ? 'unpriced'
      : [
          {
            name: 'DNS resolver endpoint',
            price: 'resolver-endpoint-address',
            count,
            unit: plural(count, 'address', 'addresses'),
          },
        ];
  },

  // On demand a table costs nothing while idle.
  'AWS::DynamoDB::Table': ({ BillingMode: mode }) => (mode === 'PAY_PER_REQUEST' ? [] : 'unpriced'),
  'AWS::DynamoDB::GlobalTable': ({ BillingMode: mode }) => (mode === 'PAY_PER_REQUEST' ? [] : 'unpriced'),

  // A group that starts at none costs nothing until somebody wakes it.
  'AWS::AutoScaling::AutoScalingGroup': ({ DesiredCapacity: desired, MinSize: min }) =>
    isNone(desired) && isNone(min) ? [] : 'unpriced',

  'AWS::ApiGateway::Stage': ({ CacheClusterEnabled: cached }) => (cached === true ? 'unpriced' : []),
  'AWS::Lambda::Version': ({ ProvisionedConcurrencyConfig: kept }) => (kept === undefined ? [] : 'unpriced'),
  'AWS::Lambda::Alias': ({ ProvisionedConcurrencyConfig: kept }) => (kept === undefined ? [] : 'unpriced'),
};

/** With its own name, where the template gives it one. */
const named = (what: string, name: unknown): string => (typeof name === 'string' ? `${what} ${name}` : what);

const isNone = (size: unknown): boolean => size === undefined || Number(size) === 0;

const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);

/** `com.amazonaws.us-east-1.ecr.api` → `ecr.api`, also where the region is an intrinsic function. */
function serviceOf(properties: JsonObject): string {
  const name = properties['ServiceName'];
  const parts = typeof name === 'string' ? name : lastTextOf(name);
  return (
    parts.replace(/^com\.amazonaws\.[a-z0-9-]+\./, '').replace(/^\./, '') ||
    'of a service that the template does not name'
  );
}

/** Of `Fn::Join` and `Fn::Sub`: the text at the end. */
function lastTextOf(value: unknown): string {
  const { 'Fn::Join': join, 'Fn::Sub': sub } = objectOf(value);
  const last: unknown = Array.isArray(join) && Array.isArray(join[1]) ? join[1].at(-1) : sub;
  return typeof last === 'string' ? last.replace(/^.*\$\{[^}]*\}/, '') : '';
}

/** `null`: not a list that the template itself holds, such as a parameter. */
function listIn(properties: JsonObject, name: string): readonly unknown[] | null {
  const value = properties[name];
  return Array.isArray(value) ? value : null;
}
