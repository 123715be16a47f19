/** The config's way into the constructs: nothing is lost on it, and what is deployed decides as `serve` does. */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import type { Config } from '../../../config/schema';
import { ConfigSource, HybridLlm } from '../../../constructs';
import { ConfigError } from '../../../constructs/hybrid-llm/config-source';
import { allTaken } from '../../../constructs/hybrid-llm/from-config';
import { compile } from '../../../lib/plan/compile';
import { parseConfig } from '../../../lib/config/parse';
import { testApp } from '../../support/cdk';

const EXAMPLE = path.resolve(__dirname, '../../../config/hybrid-llm.yaml');
const example = (): Record<string, any> => parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, any>;

function stackOf(config: Record<string, any>, lock?: Record<string, any>): Stack {
  const stack = new Stack(testApp(), 'Test', { env: { region: 'us-east-1' } });
  new HybridLlm(stack, 'Llm', { config: ConfigSource.inline(config, lock) });
  return stack;
}

/** The plans that the router's functions get, by lane. */
function plansOf(stack: Stack): Record<string, unknown> {
  const { directory } = (stack.node.root as ReturnType<typeof testApp>).synth();
  const plans = readdirSync(directory)
    .map((name) => path.join(directory, name, 'plan.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as { lane: string });
  return Object.fromEntries(plans.map((plan) => [plan.lane, plan]));
}

test('the deployed plans are those that `serve` makes of the same file', () => {
  const { config } = parseConfig(readFileSync(EXAMPLE, 'utf8'));
  if (config === null) throw new Error('the example has mistakes');
  const expected = Object.fromEntries(config.lanes.map((lane) => [lane, compile(config, lane)]));
  expect(plansOf(stackOf(example()))).toEqual(JSON.parse(JSON.stringify(expected)));
});

test('a key that nobody maps does not compile', () => {
  const { name: _, ...rest } = {} as Pick<Config, 'name' | 'region'>;
  // @ts-expect-error `region` is left
  allTaken(rest);
  const { region: __, ...nothing } = rest;
  allTaken(nothing);
});

test('the mirror gets the token of `hub.secret`, by its name', () => {
  const variables = (config: Record<string, any>): any[] =>
    Object.values(Template.fromStack(stackOf(config)).findResources('AWS::CodeBuild::Project'))[0]?.['Properties']
      .Environment.EnvironmentVariables as any[];
  const named = { ...example(), hub: { secret: 'acme/hub' } };
  expect(variables(named)).toContainEqual({ Name: 'HF_TOKEN', Type: 'SECRETS_MANAGER', Value: 'acme/hub' });
  expect(variables(example()).map(({ Name }) => Name as string)).not.toContain('HF_TOKEN');
});

test('replicas that run already make no host, no table and no bucket of weights', () => {
  const config = example();
  config['fleets']['llama-8b'].endpoints = ['http://10.0.4.5:8000'];
  const template = (stackOf(config).node.root as ReturnType<typeof testApp>).synth().getStackByName('Test')
    .template as {
    Resources: Record<string, { Type: string }>;
  };
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => /AutoScaling|LaunchTemplate|CodeBuild/.test(type))).toEqual([]);
  expect(types.filter((type) => type === 'AWS::DynamoDB::Table')).toHaveLength(2);
});

test.each(['open', 'sealed'])('the %s lane alone is fine', (lane) => {
  const config = example();
  config['lanes'] = [lane];
  if (lane === 'sealed') {
    for (const name of ['routes', 'models', 'tenants', 'expect', 'providers']) delete config[name];
    config['models'] = { fast: { fleet: 'llama-8b' } };
    config['routes'] = [{ name: 'default', to: ['fast'] }];
  }
  const stack = stackOf(config);
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
  expect(Object.keys(plansOf(stack))).toEqual([lane]);
});

test('closed models alone need no fleet', () => {
  const config = example();
  config['fleets'] = {};
  config['models'] = { claude: config['models'].claude };
  config['providers'] = { anthropic: config['providers'].anthropic };
  config['routes'] = [{ name: 'default', to: ['claude'] }];
  config['lanes'] = ['open'];
  for (const name of ['tenants', 'expect', 'licences']) delete config[name];
  const stack = stackOf(config);
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
  // What the config's checks warn of, with line and cure, the router does not say again.
  const warnings = Annotations.fromStack(stack).findWarning(
    '*',
    Match.stringLikeRegexp('class-without-target|got no target'),
  );
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.entry.data).toMatch(/class-without-target[\s\S]*HybridLlm.config/);
});

test('fails on a config with mistakes, all of them at once', () => {
  const config = { ...example(), region: 'nowhere', budgets: { monthlyUsd: -1 } };
  expect(() => ConfigSource.inline(config)).toThrow(ConfigError);
  expect(() => ConfigSource.inline(config)).toThrow(/region[\s\S]*monthlyUsd/);
});

test('fails on a lock that was made for another config, with the command to run', () => {
  const lock = JSON.parse(readFileSync(path.join(path.dirname(EXAMPLE), 'hybrid-llm.lock.json'), 'utf8')) as Record<
    string,
    any
  >;
  const config = example();
  config['fleets']['llama-8b'].context = 8192;
  const said = /^config: .*context was 16384, the config says 8192; run `npx hybrid-llm plan --update`/;
  expect(() => stackOf(config, lock)).toThrow(ConfigError);
  expect(() => stackOf(config, lock)).toThrow(said);
});

test('fails on a VPC that is to be looked up in an account nobody knows, and says to log in', () => {
  const config = example();
  config['network'].vpcId = 'vpc-0123456789abcdef0';
  expect(() => stackOf(config)).toThrow(ConfigError);
  expect(() => stackOf(config)).toThrow(/vpcId: vpc-0123456789abcdef0 is looked up.*log in to AWS/);
});

describe('a VPC that is looked up', () => {
  type Sort = 'Isolated' | 'Private' | 'Public';
  const vpcId = 'vpc-0123456789abcdef0';
  const env = { account: '123456789012', region: 'us-east-1' };

  /** The answer of a look-up, as `cdk.context.json` keeps it: subnets of each sort in so many zones. */
  function stackIn(zones: Partial<Record<Sort, number>>, network: Record<string, any> = {}, answer?: object): Stack {
    const config = example();
    config['network'] = { ...config['network'], ...network, vpcId };
    const subnetGroups = (Object.entries(zones) as [Sort, number][]).map(([name, count]) => ({
      name,
      type: name,
      subnets: ['a', 'b', 'c'].slice(0, count).map((zone) => ({
        subnetId: `subnet-${name}${zone}`,
        cidr: '10.0.0.0/24',
        availabilityZone: `us-east-1${zone}`,
        routeTableId: `rtb-${name}${zone}`,
      })),
    }));
    const key = `vpc-provider:account=${env.account}:filter.vpc-id=${vpcId}:region=${env.region}:returnAsymmetricSubnets=true`;
    const found = answer ?? {
      vpcId,
      vpcCidrBlock: '10.0.0.0/16',
      ownerAccountId: env.account,
      availabilityZones: [],
      subnetGroups,
    };
    const stack = new Stack(testApp({ [key]: found }), 'Test', { env });
    new HybridLlm(stack, 'Llm', { config: ConfigSource.inline(config) });
    return stack;
  }

  test('fails in one sentence where there is none such, before a template holds made up ids', () => {
    const answer = { $providerError: 'Could not find any VPCs matching {}', $dontSaveContext: true };
    const make = (): Stack => stackIn({}, {}, answer);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(
      /^network\.vpcId: vpc-0123456789abcdef0 was looked up in us-east-1 of account 123456789012, and: Could not find any VPCs.*or remove `network.vpcId` for a new one$/,
    );
  });

  test('is taken where it has isolated and private subnets', () => {
    expect(() => stackIn({ Isolated: 2, Private: 2, Public: 2 })).not.toThrow();
  });

  test.each<[string, RegExp, Partial<Record<Sort, number>>, Record<string, any>]>([
    [
      'no isolated subnet',
      /a VPC with 0 isolated, 0 private and 2 public subnets; expected isolated ones/,
      { Public: 2 },
      {},
    ],
    ['no private subnet', /2 isolated, 0 private .*expected private ones.*`network.egress: none`/, { Isolated: 2 }, {}],
    ['too few zones', /as many zones as `network.endpointAzs` says/, { Isolated: 2, Private: 2 }, { endpointAzs: 3 }],
  ])('fails with %s, in one sentence with the cure', (_, said, zones, network) => {
    const make = (): Stack => stackIn(zones, network);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(said);
    expect(make).toThrow(/^network\.vpcId: got vpc-0123456789abcdef0.*`npx cdk context --clear`.*for a new VPC$/);
  });
});

test('fails on endpoints of a VPC that is there already where the VPC is a new one', () => {
  const config = example();
  config['network'].endpoints = ['s3', 'ecr.api'];
  expect(() => stackOf(config)).toThrow(ConfigError);
  expect(() => stackOf(config)).toThrow(/network\.endpoints .*s3, ecr\.api.*set `network\.vpcId`/);
});

test('fails in a stack of another region than the config is for', () => {
  const stack = new Stack(testApp(), 'Test', { env: { region: 'eu-west-1' } });
  const config = ConfigSource.inline(example());
  expect(() => new HybridLlm(stack, 'Llm', { config })).toThrow(/for us-east-1 and the stack is in eu-west-1/);
});

test('fails on a file that is not there, and says how to name another', () => {
  expect(() => ConfigSource.file('/nowhere/hybrid-llm.yaml')).toThrow(/cannot read .*ENOENT.*-c config=FILE/);
});
