/** The game day: an experiment that interrupts spot hosts of one deployment, and nothing else. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { parse } from 'yaml';
import {
  ConfigSource,
  HybridLlm,
  SpotInterruptionExperiment,
  type SpotInterruptionExperimentProps,
} from '../../../constructs';
import { testApp, testStack } from '../../support/cdk';
import { type Statement, errorsOf, flat, oneOf } from '../vllm-fleet/fleet-stack';

const TEMPLATE = 'AWS::FIS::ExperimentTemplate';

function stackWith(props: Partial<SpotInterruptionExperimentProps> = {}): Stack {
  const stack = testStack();
  new SpotInterruptionExperiment(stack, 'GameDay', { deployment: 'acme', ...props });
  return stack;
}
const templateWith = (props?: Partial<SpotInterruptionExperimentProps>): Template =>
  Template.fromStack(stackWith(props));

test('interrupts one running spot host with the deployment’s tag, and fails where there is none', () => {
  expect(oneOf(templateWith(), TEMPLATE)).toMatchObject({
    Targets: {
      spotHosts: {
        ResourceType: 'aws:ec2:spot-instance',
        ResourceTags: { 'hybrid-llm:deployment': 'acme' },
        Filters: [{ Path: 'State.Name', Values: ['running'] }],
        SelectionMode: 'COUNT(1)',
      },
    },
    Actions: {
      interrupt: {
        ActionId: 'aws:ec2:send-spot-instance-interruptions',
        Parameters: { durationBeforeInterruption: 'PT2M' },
        Targets: { SpotInstances: 'spotHosts' },
      },
    },
    StopConditions: [{ Source: 'none' }],
    ExperimentOptions: { AccountTargeting: 'single-account', EmptyTargetResolutionMode: 'fail' },
  });
});

test('may be held to a fleet, and take more hosts after a longer warning', () => {
  expect(oneOf(templateWith({ fleetName: 'llama', hosts: 3, minutes: 6 }), TEMPLATE)).toMatchObject({
    Targets: {
      spotHosts: {
        ResourceTags: { 'hybrid-llm:deployment': 'acme', 'hybrid-llm:fleet': 'llama' },
        SelectionMode: 'COUNT(3)',
      },
    },
    Actions: { interrupt: { Parameters: { durationBeforeInterruption: 'PT6M' } } },
  });
});

test('its role may interrupt hosts with that tag and look at instances, only for experiments of this account', () => {
  const role = oneOf(templateWith(), 'AWS::IAM::Role') as Record<string, any>;
  const statements = role['Policies'][0].PolicyDocument.Statement as Statement[];
  expect(
    statements.map(({ Action, Resource, Condition }) => ({ Action, Resource: flat(Resource), Condition })),
  ).toEqual([
    {
      Action: 'ec2:SendSpotInstanceInterruptions',
      Resource: 'arn:aws:ec2:us-east-1:<AWS::AccountId>:instance/*',
      Condition: { StringEquals: { 'aws:ResourceTag/hybrid-llm:deployment': 'acme' } },
    },
    { Action: 'ec2:DescribeInstances', Resource: '*', Condition: undefined },
  ]);
  const [trust] = role['AssumeRolePolicyDocument'].Statement as Record<string, any>[];
  expect(trust).toMatchObject({
    Principal: { Service: 'fis.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  });
  expect(flat(trust?.['Condition'].ArnLike['aws:SourceArn'])).toBe(
    'arn:aws:fis:us-east-1:<AWS::AccountId>:experiment/*',
  );
});

test('ends when an alarm rings', () => {
  const stack = testStack();
  const metric = new cloudwatch.Metric({ namespace: 'n', metricName: 'm' });
  const alarm = new cloudwatch.Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
  new SpotInterruptionExperiment(stack, 'GameDay', { deployment: 'acme', stopAlarms: [alarm] });
  const { StopConditions } = oneOf(Template.fromStack(stack), TEMPLATE) as { StopConditions: object[] };
  expect(StopConditions).toEqual([
    { Source: 'aws:cloudwatch:alarm', Value: { 'Fn::GetAtt': [expect.stringMatching(/^Alarm/), 'Arn'] } },
  ]);
});

test.each([
  [{ hosts: 0 }, /hosts expected a whole number from 1 to 5, got 0/],
  [{ hosts: 6 }, /hosts expected .* got 6/],
  [{ minutes: 1 }, /minutes expected a whole number from 2 to 15, got 1/],
  [{ minutes: 2.5 }, /minutes expected .* got 2.5/],
])('fails for %j', (props, message) => {
  expect(errorsOf(stackWith(props)).join()).toMatch(message);
});

describe('of a config', () => {
  const EXAMPLE = path.resolve(__dirname, '../../../config/hybrid-llm.yaml');
  const example = (): Record<string, unknown> => parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, unknown>;
  const lock = JSON.parse(readFileSync(path.join(path.dirname(EXAMPLE), 'hybrid-llm.lock.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const withGameDay = (config: Record<string, unknown>, locked = true): Stack => {
    const stack = new Stack(testApp(), 'acme-llm', { env: { region: 'us-east-1' } });
    const gameDay = { spotInterruption: true };
    new HybridLlm(stack, 'HybridLlm', {
      config: ConfigSource.inline({ ...config, gameDay }, locked ? lock : undefined),
    });
    return stack;
  };

  test('there is none unless it is asked for', () => {
    const stack = new Stack(testApp(), 'acme-llm', { env: { region: 'us-east-1' } });
    new HybridLlm(stack, 'HybridLlm', { config: ConfigSource.inline(example()) });
    expect(Object.keys(Template.fromStack(stack).findResources(TEMPLATE))).toEqual([]);
  });

  test('it ends when callers notice, and the stack says which it is', () => {
    const template = Template.fromStack(withGameDay(example()));
    const { StopConditions, Targets } = oneOf(template, TEMPLATE) as Record<string, any>;
    expect((StopConditions as { Value: object }[]).map(({ Value }) => flat(Value))).toEqual([
      expect.stringContaining('AlarmsErrorRateopen'),
      expect.stringContaining('AlarmsErrorRatesealed'),
    ]);
    expect(Targets.spotHosts.ResourceTags).toEqual({ 'hybrid-llm:deployment': 'acme-llm' });
    expect(template.findOutputs('SpotInterruptionTemplateId')).not.toEqual({});
  });

  test('without a fleet on hosts of ours there is nothing to interrupt', () => {
    const config = example() as { fleets: Record<string, Record<string, unknown>> };
    (config.fleets['llama-8b'] as Record<string, unknown>)['endpoints'] = ['http://10.0.4.5:8000'];
    expect(Object.keys(Template.fromStack(withGameDay(config, false)).findResources(TEMPLATE))).toEqual([]);
  });
});
