import { Duration, NestedStack, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { configSchema } from '../../../config/schema';
import { ClosedProvider } from '../../../constructs/closed-provider';
import { LlmRouter } from '../../../constructs/llm-router';
import { VllmFleet, WakePolicy, type VllmFleetProps } from '../../../constructs/vllm-fleet';
import { METRIC_CONTRACT } from '../../../lib/records/metric-contract';
import { testApp, testStack } from '../../support/cdk';
import { OF_QWEN, errorsOf, fleetStack } from './fleet-stack';

const mistakes = (props: Partial<VllmFleetProps>): string[] => errorsOf(fleetStack(props).stack);

test('a fleet without mistakes has none to tell', () => {
  expect(mistakes({})).toEqual([]);
});

test.each<[string, Partial<VllmFleetProps>, RegExp]>([
  ['no instance type', { instanceTypes: [] }, /instanceTypes expected 1 to 40, got 0/],
  [
    '41 instance types',
    { instanceTypes: Array.from({ length: 41 }, (_, i) => `g${i}.xlarge`) },
    /expected 1 to 40, got 41/,
  ],
  ['an instance type twice', { instanceTypes: ['g6.xlarge', 'g6.xlarge'] }, /has one twice/],
  ['what is no instance type', { instanceTypes: ['L40S'] }, /names such as g6e.xlarge, got L40S/],
  ['too few GPUs', { instanceTypes: ['g6e.xlarge'], tensorParallel: 4 }, /tensorParallel 4 .* g6e.xlarge has 1/],
  ['a name that no tag takes', { fleetName: 'my fleet' }, /fleetName expected .* got my fleet/],
  ['a commit in the name of the model', { model: 'Qwen/Qwen3-8B@main' }, /a commit goes into revision/],
  ['a revision that leaves its folder', { revision: '../other' }, /revision expected a commit/],
  ['a tag as digest', { engineDigest: 'v1' }, /engineDigest expected sha256:/],
  ['no replica at all', { maxReplicas: 0 }, /maxReplicas expected a whole number of at least 1, got 0/],
  ['half a replica', { minReplicas: 0.5 }, /minReplicas expected a whole number/],
  ['a minimum above the maximum', { minReplicas: 5, maxReplicas: 4 }, /maxReplicas is 4, got a minimum of 5/],
  [
    'a schedule above the maximum',
    { schedules: [{ days: 'mon-fri', from: '08:00', to: '18:00', min: 9 }] },
    /maxReplicas is 4, got a minimum of 9/,
  ],
  ['what is no reservation', { reservations: ['my-reservation'] }, /ids such as cr-.* got my-reservation/],
  [
    'a boot that a hook cannot wait for',
    { bootTimeout: Duration.hours(3) },
    /bootTimeout expected 30 to 7200 .* 10800/,
  ],
  [
    'replicas to spare said twice',
    { extraSpot: 1, spareAfterInterruption: true },
    /leave out spareAfterInterruption, or extraSpot/,
  ],
  ['a drain too short for a hook', { drainTimeout: Duration.seconds(10) }, /drainTimeout expected 30 to 7200 .* 10$/],
  ['an adapter that is not in S3', { adapters: { a: 'https://example.com/a' } }, /adapter a expected a folder s3:/],
])('fails for %s', (_name, props, message) => {
  expect(mistakes(props)).toEqual([expect.stringMatching(message)]);
});

test('a number that is known at deployment only is no mistake', () => {
  const atDeployment = Token.asNumber({ Ref: 'Most' });
  expect(mistakes({ maxReplicas: atDeployment })).toEqual([]);
  expect(mistakes({ minReplicas: atDeployment })).toEqual([]);
});

describe('two fleets of one stack', () => {
  const second = (scope: (stack: Stack) => Construct, props: Partial<VllmFleetProps>): string[] => {
    const { stack, network, modelStore } = fleetStack({ deployment: 'acme' });
    new VllmFleet(scope(stack), 'other', { ...OF_QWEN, network, modelStore, deployment: 'acme', ...props });
    return errorsOf(stack);
  };
  const same = (stack: Stack): Construct => stack;
  const nested = (stack: Stack): Construct => new NestedStack(stack, 'Nested');

  test.each([
    ['beside it', same],
    ['in a nested stack', nested],
  ])('fail for one name in one deployment: %s', (_, scope) => {
    expect(second(scope, { fleetName: 'small' })).toEqual([
      expect.stringMatching(
        /fleetName expected a name for each fleet of the deployment acme, got small here and at Test\/small/,
      ),
    ]);
  });

  test('are fine by two names, or in two deployments', () => {
    expect(second(same, {})).toEqual([]);
    expect(second(same, { fleetName: 'small', deployment: 'other' })).toEqual([]);
  });
});

test('every mistake is told at once', () => {
  expect(mistakes({ instanceTypes: [], maxReplicas: 0, context: 0 })).toHaveLength(3);
});

test('what is wanted of the size is as the config file defaults it', () => {
  const { fleets } = configSchema.parse({
    name: 'x',
    region: 'us-east-1',
    fleets: { small: { model: 'Qwen/Qwen3-8B' } },
    models: { m: { fleet: 'small' } },
    routes: [{ name: 'r', to: ['m'] }],
  });
  const { replicas, capacity, context, concurrency, kind } = fleets['small'] as NonNullable<(typeof fleets)[string]>;
  const { fleet } = fleetStack();
  expect(fleet.scaling).toEqual({
    minReplicas: replicas.min,
    maxReplicas: replicas.max,
    idleMinutes: replicas.idleMinutes,
    wake: replicas.wake,
    schedules: replicas.schedule,
    spot: capacity.spot,
    onDemandBase: capacity.onDemandBase,
    extraSpot: capacity.extraSpot,
    spareAfterInterruption: false,
    onDemandFallback: capacity.onDemandFallback,
    reservations: capacity.reservations,
  });
  expect(fleet.description.fleet).toMatchObject({ context, concurrency, kind });
});

test('what controls capacity can read all of it', () => {
  const wanted = {
    minReplicas: 1,
    maxReplicas: 9,
    idleMinutes: 5,
    wake: WakePolicy.NEVER,
    schedules: [{ days: 'sat', from: '08:00', to: '24:00', tz: 'Europe/Berlin', min: 2 }],
    spot: false,
    onDemandBase: 1,
    extraSpot: 2,
    spareAfterInterruption: false,
    onDemandFallback: false,
    reservations: ['cr-0123456789abcdef0'],
  };
  expect(fleetStack(wanted).fleet.scaling).toEqual(wanted);
});

test('metrics are ones that are published, under the dimensions that they are published with', () => {
  const { fleet } = fleetStack({ deployment: 'acme-llm' });
  for (const metric of [fleet.metricReadyReplicas(), fleet.metricHosts()]) {
    const row = METRIC_CONTRACT.find(
      ({ name, dimensions }) => name === metric.metricName && dimensions.includes('Fleet'),
    );
    expect(Object.keys(metric.dimensions ?? {}).sort()).toEqual([...(row?.dimensions ?? [])].sort());
    expect(metric.dimensions).toEqual({ Deployment: 'acme-llm', Fleet: 'small' });
    expect(metric.namespace).toBe('HybridLlm');
  }
  expect(fleet.metricHosts({ statistic: 'Minimum' }).statistic).toBe('Minimum');
});

test('a fleet and a router of one stack are one deployment without being told', () => {
  const stack = new Stack(testApp(), 'AcmeLlm', { env: { region: 'us-east-1' } });
  const { fleet } = fleetStack({}, stack);
  const models = { gpt: { backend: new ClosedProvider({ provider: 'openai' }), model: 'gpt-5.4-mini' } };
  const router = new LlmRouter(stack, 'Router', { models, routes: [{ name: 'default', to: ['gpt'] }] });
  expect(fleet.deployment).toBe(router.deployment);
  expect(fleetStack({}, new NestedStack(stack, 'Nested')).fleet.deployment).toBe(fleet.deployment);
});

test('the table is kept with the stack gone, unless it is not to be', () => {
  const policyOf = (props: Partial<VllmFleetProps>) =>
    Object.values(fleetStack(props, testStack()).template().findResources('AWS::DynamoDB::Table')).map(
      ({ DeletionPolicy }) => DeletionPolicy as string,
    );
  expect(policyOf({})).toEqual(['Retain']);
  expect(policyOf({ removalPolicy: RemovalPolicy.DESTROY })).toEqual(['Delete']);
});
