import type { Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { LlmAlarms, type LlmAlarmsProps } from '../../../constructs/llm-alarms';
import type { FleetController } from '../../../constructs/vllm-fleet';
import { idleFloor } from '../../../lib/economics/idle';
import { forSnapshot, resourcesOf, testStack } from '../../support/cdk';
import { errorsIn, scenarios, warningsIn } from '../spend-guard/scenarios';
import { isEmitted, metricsOfAlarms } from './metrics-in';

const alarmsIn = (stack: Stack, props: Partial<LlmAlarmsProps> = {}, id = 'Alarms'): LlmAlarms =>
  new LlmAlarms(stack, id, { deployment: 'acme', lanes: ['open', 'sealed'], ...props });

/** As far as alarms know one. */
const controllerOf = (stack: Stack, ...fleetNames: string[]): FleetController =>
  ({
    function: lambda.Function.fromFunctionName(stack, `Controller-${fleetNames.join('-')}`, 'controller'),
    fleetNames,
  }) as unknown as FleetController;

/** Alarms on everything, with a topic and a meter of somebody's. */
const allIn = (stack: Stack, more: Partial<LlmAlarmsProps> = {}): LlmAlarms =>
  alarmsIn(stack, {
    meter: lambda.Function.fromFunctionName(stack, 'Meter', 'meter'),
    topics: [new sns.Topic(stack, 'OnCall', { enforceSSL: true })],
    fleets: ['llama-8b'],
    controllers: [controllerOf(stack, 'llama-8b')],
    monthlyUsd: 2000,
    ...more,
  });

const SILENT = { acknowledgeNoActions: true };

const templateOf = scenarios({
  All: (stack) => allIn(stack),
  Bounds: (stack) =>
    allIn(stack, { gpuUsdPerHour: { critical: { above: 50 } }, projectedMonthUsd: { critical: { above: 3000 } } }),
  Lanes: (stack) => alarmsIn(stack, { ...SILENT, minSamples: 50 }),
  OneLane: (stack) => alarmsIn(stack, { ...SILENT, lanes: ['open'] }),
  Severities: (stack) => {
    const [ticket, pager] = [new sns.Topic(stack, 'Ticket'), new sns.Topic(stack, 'Pager')];
    alarmsIn(stack, {
      lanes: ['open'],
      topics: [ticket],
      runbookUrl: 'https://runbooks.example/llm',
      timeToFirstToken: {
        warning: { above: 2000 },
        critical: { above: 8000, periods: 2, topics: [pager], runbookUrl: 'https://runbooks.example/late' },
      },
    });
  },
  Few: (stack) =>
    alarmsIn(stack, { ...SILENT, timeToFirstToken: {}, errorRate: {}, truncatedStreams: {}, longHolds: {} }),
  Fleets: (stack) =>
    alarmsIn(stack, {
      ...SILENT,
      lanes: [],
      controllers: [controllerOf(stack, 'a', 'b'), controllerOf(stack, 'c')],
      failedBoots: { critical: { above: 2 } },
      missingReplicas: { warning: { above: 1, periods: 6 } },
      engineFailures: {},
    }),
  Two: (stack) => {
    alarmsIn(stack, SILENT, 'One');
    alarmsIn(stack, SILENT, 'Two');
  },
});

const alarmsOf = (template: Template): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(([id, { Properties = {} }]) => [
      id.replace(/^Alarms/, '').replace(/[0-9A-F]{8}$/, ''),
      Properties,
    ]),
  );

test('alarms of both lanes, a fleet, spend, the meter and the controller', () => {
  expect(Object.keys(alarmsOf(templateOf('Bounds'))).sort()).toEqual([
    'ControllerErrors',
    'ControllerSilent',
    'DetectorFailuresopen',
    'DetectorFailuressealed',
    'EngineFailuresllama8bwarning',
    'ErrorRateopenwarning',
    'ErrorRatesealedwarning',
    'FailedBootsllama8bwarning',
    'GpuUsdPerHourcritical',
    'HostsWithoutReadyReplicallama8b',
    'Interruptionsllama8bwarning',
    'LongHoldsopenwarning',
    'LongHoldssealedwarning',
    'MeterErrors',
    'MeterSilent',
    'MissingReplicasllama8bwarning',
    'ProjectedMonthcritical',
    'RestrictedOnOpenLane',
    'TableFailuresopen',
    'TableFailuressealed',
    'TimeToFirstTokenopenwarning',
    'TimeToFirstTokensealedwarning',
    'TruncatedStreamsopenwarning',
    'TruncatedStreamssealedwarning',
    'UnknownGpuPrice',
    'UnknownPriceopen',
    'UnknownPricesealed',
  ]);
});

test('every alarm looks at metrics that are really emitted', () => {
  const looked = metricsOfAlarms(templateOf('Bounds'));
  const foreign = looked.filter((metric) => !isEmitted(metric));
  expect(foreign.map(({ namespace, name, dimensions }) => [namespace, name, ...dimensions])).toEqual([
    ['AWS/Lambda', 'Errors', 'FunctionName'],
    ['AWS/Lambda', 'Invocations', 'FunctionName'],
    ['AWS/Lambda', 'Errors', 'FunctionName'],
    ['AWS/Lambda', 'Invocations', 'FunctionName'],
  ]);
  expect(looked.length).toBeGreaterThan(20);
});

test('every alarm tells the topic when it rings and when it is over', () => {
  const template = templateOf('All');
  const topic = [{ Ref: Match.stringLikeRegexp('OnCall') }];
  const count = Object.keys(alarmsOf(template)).length;
  template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { AlarmActions: topic, OKActions: topic }, count);
});

test('the topic admits alarms of this account, once', () => {
  const template = templateOf('All');
  const [policy] = Object.values(resourcesOf(template, 'AWS::SNS::TopicPolicy'));
  const document = policy?.Properties?.['PolicyDocument'] as { readonly Statement: { readonly Effect: string }[] };
  expect(document.Statement.filter(({ Effect }) => Effect === 'Allow')).toEqual([
    {
      Sid: 'AlarmsOfThisAccount',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: { Ref: expect.stringMatching(/^OnCall/) as string },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    },
  ]);
});

test('alarms that tell nobody are a warning, unless that is stated', () => {
  expect(warningsIn(alarmsIn(testStack()))).toEqual([
    expect.stringMatching(/15 of 15 alarms tell nobody.*LlmAlarms.noActions/),
  ]);
  expect(warningsIn(alarmsIn(testStack(), SILENT))).toEqual([]);
  expect(warningsIn(allIn(testStack()))).toEqual([]);
});

describe('a topic from elsewhere', () => {
  const topicArn = 'arn:aws:sns:us-east-1:123456789012:theirs';
  const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
  const warned = (make: (stack: Stack) => sns.ITopic): string[] => {
    const stack = testStack();
    new LlmAlarms(stack, 'Alarms', { deployment: 'acme', lanes: ['open'], topics: [make(stack)] });
    return warningsIn(stack);
  };

  test('is taken for one whose policy admits alarms, as SNS makes them', () => {
    expect(warned((stack) => sns.Topic.fromTopicArn(stack, 'Theirs', topicArn))).toEqual([]);
  });

  test.each<[string, (stack: Stack) => sns.ITopic]>([
    ['with a key', (stack) => sns.Topic.fromTopicAttributes(stack, 'Theirs', { topicArn, keyArn })],
    [
      'that is ours, with a key from elsewhere',
      (stack) => new sns.Topic(stack, 'Ours', { masterKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) }),
    ],
  ])('%s is one warning, however many alarms tell it', (_, make) => {
    expect(warned(make)).toEqual([
      expect.stringMatching(/the key of Test\/\w+ .*kms:Decrypt.*cdk-hybrid-llm:LlmAlarms.topicKey/),
    ]);
  });

  test('with a key of this app is none: the key admits alarms', () => {
    expect(warned((stack) => new sns.Topic(stack, 'Ours', { masterKey: new kms.Key(stack, 'Key') }))).toEqual([]);
  });
});

test('a percentile counts only with enough samples, a rate only with enough failures', () => {
  const alarms = alarmsOf(templateOf('Lanes'));
  const expressions = (name: string): unknown[] =>
    (alarms[name]?.['Metrics'] as { Expression?: string; MetricStat?: { Stat: string; Period: number } }[]).map(
      ({ Expression, MetricStat }) => Expression ?? [MetricStat?.Stat, MetricStat?.Period],
    );
  expect(expressions('TimeToFirstTokenopenwarning')).toEqual([
    'IF(samples >= 50, value)',
    ['SampleCount', 900],
    ['p95', 900],
  ]);
  expect(expressions('ErrorRateopenwarning')).toEqual([
    'IF(part >= 3, 100 * part / whole)',
    ['Sum', 900],
    ['Sum', 900],
  ]);
  expect(alarms['TimeToFirstTokenopenwarning']).toMatchObject({ TreatMissingData: 'notBreaching', Threshold: 1500 });
});

test('one alarm for each severity, with whom it tells and what to do', () => {
  expect(alarmsOf(templateOf('Severities'))).toMatchObject({
    TimeToFirstTokenopenwarning: {
      Threshold: 2000,
      EvaluationPeriods: 1,
      AlarmActions: [{ Ref: expect.stringMatching(/^Ticket/) as string }],
      AlarmDescription: expect.stringMatching(/Runbook: https:\/\/runbooks.example\/llm$/) as string,
    },
    TimeToFirstTokenopencritical: {
      Threshold: 8000,
      EvaluationPeriods: 2,
      AlarmActions: [{ Ref: expect.stringMatching(/^Pager/) as string }],
      AlarmDescription: expect.stringMatching(/Runbook: https:\/\/runbooks.example\/late$/) as string,
    },
  });
});

test('an empty map of severities is no alarm', () => {
  const names = Object.keys(alarmsOf(templateOf('Few')));
  expect(names.filter((name) => /TimeToFirst|ErrorRate|Truncated|LongHolds/.test(name))).toEqual([]);
});

test('hosts that cost money for half an hour while none answers ring', () => {
  expect(alarmsOf(templateOf('All'))['HostsWithoutReadyReplicallama8b']).toMatchObject({
    EvaluationPeriods: 3,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    Metrics: [
      { Expression: 'IF(ready < 1, hosts, 0)' },
      { MetricStat: { Period: 600 } },
      { MetricStat: { Period: 600 } },
    ],
  });
});

test('of each fleet of each controller: failed boots, missing replicas, engines and interruptions', () => {
  const alarms = alarmsOf(templateOf('All'));
  const well = { TreatMissingData: 'notBreaching', ComparisonOperator: 'GreaterThanThreshold' };
  const once = { EvaluationPeriods: 1, Statistic: 'Sum' };
  expect(alarms['FailedBootsllama8bwarning']).toMatchObject({ ...well, ...once, Threshold: 0, Period: 900 });
  expect(alarms['EngineFailuresllama8bwarning']).toMatchObject({ ...well, ...once, Threshold: 0, Period: 900 });
  expect(alarms['Interruptionsllama8bwarning']).toMatchObject({ ...well, ...once, Threshold: 2, Period: 3600 });
  // Half an hour without a moment at which enough of them answered.
  expect(alarms['MissingReplicasllama8bwarning']).toMatchObject({
    ...well,
    Statistic: 'Minimum',
    Period: 600,
    EvaluationPeriods: 3,
    Threshold: 0,
  });
});

test('bounds of a fleet’s alarms are for all fleets, each has its own alarm', () => {
  const alarms = alarmsOf(templateOf('Fleets'));
  expect(Object.keys(alarms).filter((name) => name.startsWith('FailedBoots'))).toEqual([
    'FailedBootsacritical',
    'FailedBootsbcritical',
    'FailedBootsccritical',
  ]);
  expect(alarms['FailedBootsccritical']).toMatchObject({
    Threshold: 2,
    Dimensions: expect.arrayContaining([{ Name: 'Fleet', Value: 'c' }]) as unknown,
  });
  expect(alarms['MissingReplicasawarning']).toMatchObject({ Threshold: 1, EvaluationPeriods: 6 });
  expect(Object.keys(alarms).filter((name) => name.startsWith('EngineFailures'))).toEqual([]);
});

test('requests that wait long for a replica ring when they are more than two', () => {
  expect(alarmsOf(templateOf('OneLane'))['LongHoldsopenwarning']).toMatchObject({
    MetricName: 'HoldTime',
    ExtendedStatistic: 'TC(180000:)',
    Period: 900,
    Threshold: 2,
    TreatMissingData: 'notBreaching',
  });
});

test('a meter that does not run rings by its silence', () => {
  expect(alarmsOf(templateOf('All'))['MeterSilent']).toMatchObject({
    MetricName: 'Invocations',
    TreatMissingData: 'breaching',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
  });
});

test('the projection rings above the budget, or where it is told to', () => {
  expect(alarmsOf(templateOf('All'))['ProjectedMonthwarning']).toMatchObject({ Threshold: 2000 });
  const alarms = alarmsOf(templateOf('Bounds'));
  expect(alarms['ProjectedMonthcritical']).toMatchObject({ Threshold: 3000 });
  expect(alarms['ProjectedMonthwarning']).toBeUndefined();
});

test('restricted requests on the open lane ring only where there is a sealed one', () => {
  expect(alarmsOf(templateOf('Lanes'))['RestrictedOnOpenLane']).toBeDefined();
  expect(alarmsOf(templateOf('OneLane'))['RestrictedOnOpenLane']).toBeUndefined();
});

test.each<[string, Partial<LlmAlarmsProps>]>([
  ['fleets', { fleets: ['llama-8b'] }],
  ['monthlyUsd', { monthlyUsd: 5 }],
  ['projectedMonthUsd', { projectedMonthUsd: { warning: { above: 5 } } }],
  ['gpuUsdPerHour', { gpuUsdPerHour: { warning: { above: 5 } } }],
])('fails with %s and no meter, since such an alarm would never ring', (name, props) => {
  expect(errorsIn(alarmsIn(testStack(), props))).toEqual([expect.stringContaining(`\`${name}\` without \`meter\``)]);
});

test.each(['failedBoots', 'missingReplicas', 'engineFailures', 'interruptions'])(
  'fails with %s and no controller, since such an alarm would never ring',
  (name) => {
    const errors = errorsIn(alarmsIn(testStack(), { [name]: { warning: { above: 5 } } }));
    expect(errors).toEqual([expect.stringContaining(`\`${name}\` without \`controllers\``)]);
  },
);

test('costs a month what its page says', () => {
  const floor = (template: Template): number => Number(idleFloor(template.toJSON()).usdPerMonth.toFixed(2));
  expect(floor(templateOf('OneLane'))).toBe(0.9);
  expect(floor(templateOf('Lanes'))).toBe(1.9);
  expect(floor(templateOf('All'))).toBe(1.9 + 0.2 + 0.4 + 0.2 + 0.4);
});

test('two stand in one stack', () => {
  templateOf('Two').resourceCountIs('AWS::CloudWatch::Alarm', 30);
});

test('snapshot of one lane', () => {
  expect(forSnapshot(templateOf('OneLane'))).toMatchSnapshot();
});
