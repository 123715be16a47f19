/** The controller's function: what calls it, what it may do, what it is told. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { LlmAlarms } from '../../../constructs/llm-alarms';
import { FleetController, FleetTable, VllmFleet, WakePolicy } from '../../../constructs/vllm-fleet';
import { readSettings } from '../../../lambda/fleet-controller/settings';
import { testApp, testStack } from '../../support/cdk';
import {
  OF_QWEN,
  actionsIn,
  errorsOf,
  flat,
  fleetStack,
  oneOf,
  plainTemplate,
  propertiesOf,
  resourcesIn,
  statementsOf,
} from './fleet-stack';

const FUNCTION = 'AWS::Lambda::Function';
const CONTROLLER = 'smallController';

test('a fleet with a table of its own has a controller; with a table of yours it has none until you make one', () => {
  expect(fleetStack().fleet.controller).toBeDefined();
  const stack = testStack();
  const fleetTable = new FleetTable(stack, 'Fleets');
  const { fleet, template } = fleetStack({ fleetTable }, stack);
  expect(fleet.controller).toBeUndefined();
  expect(template().findResources(FUNCTION)).toEqual({});
});

test('it is called once a minute, by both groups, and by the table’s stream without heartbeats', () => {
  const template = plainTemplate();
  const rule = oneOf(template, 'AWS::Events::Rule');
  expect(rule['ScheduleExpression']).toBe('rate(1 minute)');
  const groups = Object.keys(propertiesOf(template, 'AWS::AutoScaling::AutoScalingGroup'));
  expect(rule['EventPattern']).toEqual({
    source: ['aws.autoscaling'],
    detail: { AutoScalingGroupName: groups.map((Ref) => ({ Ref })) },
  });
  const mapping = oneOf(template, 'AWS::Lambda::EventSourceMapping');
  expect(mapping).toMatchObject({
    BisectBatchOnFunctionError: true,
    MaximumRecordAgeInSeconds: 60,
    MaximumRetryAttempts: 2,
    StartingPosition: 'TRIM_HORIZON',
  });
  expect((mapping['FilterCriteria'] as { Filters: object[] }).Filters).toHaveLength(5);
});

test('events that fail are neither tried again nor kept: the next minute looks at everything', () => {
  const template = plainTemplate();
  template.resourceCountIs('AWS::SQS::Queue', 0);
  expect(oneOf(template, 'AWS::Lambda::EventSourceMapping')['DestinationConfig']).toBeUndefined();
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
});

test('it stands in no VPC and reserves no concurrency', () => {
  const controller = oneOf(plainTemplate(), FUNCTION, CONTROLLER);
  expect(controller['VpcConfig']).toBeUndefined();
  expect(controller['ReservedConcurrentExecutions']).toBeUndefined();
  expect([controller['Timeout'], controller['Runtime']]).toEqual([60, 'nodejs24.x']);
});

test('it may change groups of its deployment only, rows of its fleets only, and read one object of the weights', () => {
  const statements = statementsOf(plainTemplate(), 'smallControllerFunctionRole');
  const onStar = statements.filter((statement) => resourcesIn(statement).includes('*'));
  expect(onStar.map((statement) => [statement.Sid, actionsIn(statement).length, statement.Condition])).toEqual([
    [
      'GroupsHaveAnIdInTheirArnAndAreHeldByTheirTag',
      5,
      { StringEquals: { 'aws:ResourceTag/hybrid-llm:deployment': 'test' } },
    ],
    ['DescribeExistsOnlyOnStar', 2, undefined],
  ]);
  expect(statements.flatMap(actionsIn).filter((action) => action.includes('*'))).toEqual([]);
  const rows = statements.find((statement) => actionsIn(statement).includes('dynamodb:PutItem'));
  expect(rows?.Condition).toEqual({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['small'] } });
  const objects = statements.filter((statement) => actionsIn(statement).includes('s3:GetObject'));
  expect(objects.flatMap(resourcesIn).join()).toMatch(/\/weights\/Qwen\/Qwen3-8B\/main\/manifest\.json$/);
});

test('groups carry the tag that its role goes by', () => {
  for (const group of Object.values(propertiesOf(plainTemplate(), 'AWS::AutoScaling::AutoScalingGroup'))) {
    expect(group['Tags']).toEqual(
      expect.arrayContaining([
        { Key: 'hybrid-llm:deployment', Value: 'test', PropagateAtLaunch: false },
        { Key: 'hybrid-llm:fleet', Value: 'small', PropagateAtLaunch: false },
      ]),
    );
  }
});

test('the function reads what the config says of each fleet', () => {
  const app = testApp();
  const stack = new Stack(app, 'Test', { env: { region: 'us-east-1' } });
  const fleetTable = new FleetTable(stack, 'Fleets');
  const { fleet, network } = fleetStack(
    { fleetTable, minReplicas: 1, maxReplicas: 3, wake: WakePolicy.NEVER, extraSpot: 2 },
    stack,
  );
  const other = new VllmFleet(stack, 'other', {
    ...OF_QWEN,
    network,
    modelStore: fleet.modelStore,
    fleetTable,
    spareAfterInterruption: true,
    schedules: [{ days: 'mon-fri', from: '08:00', to: '19:00', min: 2 }],
  });
  new FleetController(stack, 'Controller', { fleets: [fleet, other] });
  const template = Template.fromStack(stack);
  const controller = oneOf(template, FUNCTION, 'Controller');
  const variables = (controller['Environment'] as { Variables: Record<string, unknown> }).Variables;
  const bindings = flat(variables['HYBRID_LLM_FLEET_BINDINGS']);
  const env = {
    AWS_REGION: 'us-east-1',
    HYBRID_LLM_DEPLOYMENT: 'test',
    HYBRID_LLM_FLEET_TABLE: 'x',
    HYBRID_LLM_FLEET_BINDINGS: bindings,
  };
  const [small, second] = readSettings(env, assetFolder(app.outdir, 'fleets.json')).fleets;
  expect(small).toMatchObject({
    fleet: 'small',
    minReplicas: 1,
    maxReplicas: 3,
    wake: 'never',
    extraSpot: 2,
    idleMs: 1_200_000,
    bootTimeoutMs: 1_800_000,
    weightsPrefix: 'weights/Qwen/Qwen3-8B/main',
  });
  expect(small?.groups.spot).toMatch(/^<smallSpot/);
  expect(second).toMatchObject({
    fleet: 'other',
    extraSpot: null,
    schedules: [{ days: 'mon-fri', from: '08:00', to: '19:00', tz: 'UTC', min: 2 }],
  });
});

function assetFolder(outdir: string, file: string): string {
  const fs = jest.requireActual<typeof import('node:fs')>('node:fs');
  const found = fs
    .readdirSync(outdir, { recursive: true, encoding: 'utf8' })
    .find((name) => path.basename(name) === file);
  if (found === undefined) throw new Error(`no ${file} in ${outdir}`);
  const folder = path.join(outdir, path.dirname(found));
  expect(readFileSync(path.join(folder, 'index.js')).length).toBeGreaterThan(1_000);
  return folder;
}

test('mistakes: no fleet, fleets of two tables, a table without a known stream, a size that is a token', () => {
  const { stack, fleet, network, modelStore } = fleetStack();
  expect(() => new FleetController(stack, 'None', { fleets: [] })).toThrow('fleets expected one at least, got none');
  const other = new VllmFleet(stack, 'other', { ...OF_QWEN, network, modelStore });
  new FleetController(stack, 'Two', { fleets: [fleet, other] });
  const imported = dynamodb.Table.fromTableName(stack, 'Imported', 'fleets');
  const far = new VllmFleet(stack, 'far', { ...OF_QWEN, network, modelStore, fleetTable: imported });
  new FleetController(stack, 'Streamless', { fleets: [far] });
  const fleetTable = new FleetTable(stack, 'Fleets');
  const open = new VllmFleet(stack, 'open', {
    ...OF_QWEN,
    network,
    modelStore,
    fleetTable,
    idleMinutes: Token.asNumber({ Ref: 'Idle' }),
  });
  new FleetController(stack, 'Token', { fleets: [open] });
  expect(errorsOf(stack).map((error) => /expected [^,;]+/.exec(error)?.[0])).toEqual([
    'expected one table for all',
    'expected a `FleetTable`',
    'expected a number that is known at synth',
  ]);
});

test('a size that is known at deployment only comes with the environment', () => {
  const template = fleetStack({ maxReplicas: Token.asNumber({ Ref: 'Most' }) }).template();
  const controller = oneOf(template, FUNCTION, CONTROLLER);
  const variables = (controller['Environment'] as { Variables: Record<string, unknown> }).Variables;
  expect(flat(variables['HYBRID_LLM_FLEET_BINDINGS'])).toMatch(/"maxReplicas":<Most>/);
});

test('alarms ring when it fails, when it does not run, and on what it says of its fleet', () => {
  const { stack, fleet, template } = fleetStack();
  const controllers = fleet.controller === undefined ? [] : [fleet.controller];
  new LlmAlarms(stack, 'Alarms', { deployment: 'test', lanes: [], controllers, acknowledgeNoActions: true });
  const alarms = Object.values(propertiesOf(template(), 'AWS::CloudWatch::Alarm'));
  expect(alarms.map(({ MetricName, TreatMissingData }) => [MetricName, TreatMissingData])).toEqual([
    ['Errors', 'notBreaching'],
    ['Invocations', 'breaching'],
    ['FailedBoots', 'notBreaching'],
    ['MissingReplicas', 'notBreaching'],
    ['EngineFailures', 'notBreaching'],
    ['Interruptions', 'notBreaching'],
  ]);
});

test('nothing of it sets a desired capacity', () => {
  plainTemplate().allResourcesProperties('AWS::AutoScaling::AutoScalingGroup', {
    DesiredCapacity: Match.absent(),
    MinSize: '0',
  });
});
