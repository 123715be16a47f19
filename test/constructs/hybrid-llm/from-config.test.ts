/** The config's way into the constructs: nothing is lost on it, and what is deployed decides as `serve` does. */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
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
  Annotations.fromStack(stackOf(config)).hasNoError('*', Match.anyValue());
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
