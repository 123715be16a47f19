import { Aws } from 'aws-cdk-lib';
import { Egress, PrivateNetwork, type PrivateNetworkProps } from '../../../constructs/private-network';
import { checkedDomain } from '../../../constructs/private-network/domains';
import { testStack } from '../../support/cdk';
import { foreignVpc, ownNetwork, peerIn, plain, propertiesOf, templateOf } from './fixture';

interface Rule {
  readonly Priority: number;
  readonly Action: string;
  readonly BlockResponse?: string;
  readonly FirewallDomainRedirectionAction?: string;
  readonly FirewallDomainListId: unknown;
}

/** Rules in the order in which they are asked, each with its names. */
function rulesOf(network: PrivateNetwork): (Rule & { readonly names: string[] })[] {
  const template = templateOf(network);
  const lists = propertiesOf(template, 'AWS::Route53Resolver::FirewallDomainList');
  const [group] = Object.values(propertiesOf(template, 'AWS::Route53Resolver::FirewallRuleGroup'));
  return ((group?.FirewallRules ?? []) as Rule[])
    .toSorted((a, b) => a.Priority - b.Priority)
    .map((rule) => {
      const [id] = Object.keys(lists).filter((list) => plain(rule.FirewallDomainListId) === `\${${list}.Id}`);
      return { ...rule, names: (lists[id ?? '']?.Domains as unknown[]).map(plain) };
    });
}

test('the last rule says of every name that it does not exist', () => {
  const rules = rulesOf(ownNetwork());
  expect(rules).toHaveLength(2);
  expect(rules.at(-1)).toMatchObject({ Action: 'BLOCK', BlockResponse: 'NXDOMAIN', names: ['*'] });
});

test('names are allowed with the names that they lead to', () => {
  expect(rulesOf(ownNetwork())[0]).toMatchObject({
    Action: 'ALLOW',
    FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
  });
});

test.each([Egress.NAT, Egress.IPV6, Egress.NONE])('with egress %s the VPC is under it', (egress) => {
  const template = templateOf(ownNetwork({ egress }));
  const [vpc] = Object.keys(propertiesOf(template, 'AWS::EC2::VPC'));
  const associations = Object.values(propertiesOf(template, 'AWS::Route53Resolver::FirewallRuleGroupAssociation'));
  expect(associations.map(({ VpcId }) => plain(VpcId))).toEqual([`\${${vpc}}`]);
});

test('allowed are S3, DynamoDB, instances and endpoints, and nothing that was not asked for', () => {
  expect(rulesOf(ownNetwork())[0]?.names).toEqual([
    'ec2.internal',
    '*.ec2.internal',
    '*.compute.internal',
    '*.us-east-1.vpce.amazonaws.com',
    's3.us-east-1.amazonaws.com',
    '*.s3.us-east-1.amazonaws.com',
    's3.dualstack.us-east-1.amazonaws.com',
    '*.s3.dualstack.us-east-1.amazonaws.com',
    'dynamodb.us-east-1.amazonaws.com',
    '*.ddb.us-east-1.amazonaws.com',
  ]);
});

test('names of a service are allowed once somebody is admitted to its endpoint', () => {
  const network = ownNetwork();
  const expected = [
    'api.ecr.us-east-1.',
    '*.dkr.ecr.us-east-1.',
    '*.execute-api.us-east-1.',
    'bedrock-runtime.us-east-1.',
    'secretsmanager.us-east-1.',
  ];
  const peer = peerIn(network);
  for (const service of ['ecr.api', 'ecr.dkr', 'execute-api', 'bedrock-runtime', 'secretsmanager'])
    network.admit(service, peer);
  expect(rulesOf(network)[0]?.names).toEqual(expect.arrayContaining(expected.map((name) => `${name}amazonaws.com`)));
});

test('names given at any time are allowed, once each, in order, whatever order they came in', () => {
  const network = ownNetwork();
  network.allowDomains('api.openai.com', 'api.anthropic.com');
  network.allowDomains('API.OpenAI.com.', '*.example.com');
  expect(rulesOf(network)[0]?.names.slice(-3)).toEqual(['*.example.com', 'api.anthropic.com', 'api.openai.com']);
});

test.each([
  '*',
  '*.com',
  'https://api.openai.com',
  'api.openai.com:443',
  'api.openai.com/v1',
  'a..b',
  'api.*.com',
  '',
  '-a.com',
])('fails for the name %j', (name) => {
  expect(() => checkedDomain(name)).toThrow(/expected a domain|anybody can register/);
});

test.each<[PrivateNetworkProps, number]>([
  [{}, 0],
  [{ dnsFirewall: true }, 1],
])('in a foreign VPC with %j there are %i', (props, count) => {
  const stack = testStack();
  const network = new PrivateNetwork(stack, 'Network', { vpc: foreignVpc(stack), ...props });
  network.allowDomains('api.openai.com');
  expect(Object.keys(propertiesOf(templateOf(network), 'AWS::Route53Resolver::FirewallRuleGroup'))).toHaveLength(count);
});

test('a name of AWS that is allowed twice stands there once', () => {
  const network = ownNetwork();
  network.admit('bedrock-runtime', peerIn(network));
  network.allowDomains('bedrock-runtime.us-east-1.amazonaws.com', 's3.us-east-1.amazonaws.com');
  const names = rulesOf(network)[0]?.names ?? [];
  expect(names).toContain('bedrock-runtime.us-east-1.amazonaws.com');
  expect(new Set(names).size).toBe(names.length);
});

test('a stack without a region leaves it to the deployment', () => {
  const network = ownNetwork({}, testStack({}));
  network.allowDomains(`bedrock-runtime.${Aws.REGION}.amazonaws.com`);
  expect(rulesOf(network)[0]?.names).toEqual(
    expect.arrayContaining(['s3.${AWS::Region}.${AWS::URLSuffix}', 'bedrock-runtime.${AWS::Region}.amazonaws.com']),
  );
});

test('a name that cannot be one is refused where it is given', () => {
  expect(() => ownNetwork().allowDomains('https://api.openai.com')).toThrow('give the name alone');
});

test('a new VPC can do without', () => {
  expect(
    propertiesOf(templateOf(ownNetwork({ dnsFirewall: false })), 'AWS::Route53Resolver::FirewallRuleGroup'),
  ).toEqual({});
});
