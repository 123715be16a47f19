import { CfnParameter, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { LlmAlarms } from '../../../constructs/llm-alarms';
import { LlmDashboard } from '../../../constructs/llm-dashboard';
import { LedgerTable } from '../../../constructs/llm-router/ledger-table';
import { SpendGuard, type SpendGuardProps } from '../../../constructs/spend-guard';
import { forSnapshot, resourcesOf, testApp, testStack } from '../../support/cdk';
import { errorsIn, scenarios, warningsIn } from './scenarios';

const tableIn = (stack: Stack, id: string): dynamodb.ITable => new LedgerTable(stack, id);

const guardIn = (stack: Stack, props: Partial<SpendGuardProps> = {}): SpendGuard =>
  new SpendGuard(stack, 'Guard', { deployment: 'acme', ...props });

const STAGES = ['notify@80', 'closed-off@100', 'clamp@110', 'zero@120'];

const templateOf = scenarios(
  {
    Plain: (stack) => guardIn(stack),
    Fleets: (stack) =>
      guardIn(stack, {
        fleets: [
          { name: 'llama-8b', table: tableIn(stack, 'A') },
          { name: 'embed', table: tableIn(stack, 'B') },
        ],
      }),
    OneTable: (stack) => {
      const table = tableIn(stack, 'A');
      guardIn(stack, { fleets: ['llama-8b', 'embed'].map((name) => ({ name, table })) });
    },
    Unknown: (stack) => {
      const monthlyUsd = new CfnParameter(stack, 'Budget', { type: 'Number' }).valueAsNumber;
      guardIn(stack, { monthlyUsd, killSwitch: STAGES });
    },
    NoBudgets: (stack) => guardIn(stack, { monthlyUsd: 2000, killSwitch: STAGES }),
    OwnLedger: (stack) => guardIn(stack, { ledger: tableIn(stack, 'Ours') }),
    Stages: (stack) => guardIn(stack, { monthlyUsd: 2000, killSwitch: STAGES }),
    Budget: (stack) => guardIn(stack, { monthlyUsd: 5 }),
    OwnTopic: (stack) => guardIn(stack, { monthlyUsd: 5, topic: new sns.Topic(stack, 'OnCall', { enforceSSL: true }) }),
    OwnKey: (stack) =>
      guardIn(stack, {
        monthlyUsd: 5,
        topic: new sns.Topic(stack, 'OnCall', { masterKey: new kms.Key(stack, 'Key') }),
      }),
    Destroy: (stack) => guardIn(stack, { removalPolicy: RemovalPolicy.DESTROY }),
    Two: (stack) => {
      new SpendGuard(stack, 'One', { deployment: 'one', monthlyUsd: 5 });
      new SpendGuard(stack, 'Two', { deployment: 'two', monthlyUsd: 5 });
    },
  },
  {
    Two: { env: { account: '210987654321', region: 'eu-central-1' } },
    NoBudgets: { env: { region: 'eu-central-2' } },
  },
);

interface Statement {
  readonly Sid?: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const statementsOf = (template: Template): Statement[] =>
  Object.values(resourcesOf(template, 'AWS::IAM::Role'))
    .flatMap(({ Properties }) => Properties?.['Policies'] as { PolicyDocument: { Statement: Statement[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

test('runs the meter every five minutes', () => {
  const template = templateOf('Plain');
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Environment: { Variables: { HYBRID_LLM_DEPLOYMENT: 'acme', HYBRID_LLM_METERED_FLEETS: '' } },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(5 minutes)',
    Targets: [{ Arn: Match.anyValue() }],
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
});

test('tells the meter the table of each fleet, and lets it read no other', () => {
  const template = templateOf('Fleets');
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        HYBRID_LLM_METERED_FLEETS: 'llama-8b,embed',
        HYBRID_LLM_FLEET_TABLE_LLAMA_8B: { Ref: Match.stringLikeRegexp('^A') },
        HYBRID_LLM_FLEET_TABLE_EMBED: { Ref: Match.stringLikeRegexp('^B') },
      },
    },
  });
  const queries = statementsOf(template).filter(({ Action }) => [Action].flat().includes('dynamodb:Query'));
  expect(JSON.stringify(queries.map(({ Resource }) => Resource))).toMatch(/"A[0-9A-F]{8}".*"B[0-9A-F]{8}"/);
  expect(JSON.stringify(queries)).not.toContain('GuardLedger');
});

test('may write rows of its fleets alone into their tables, with or without a kill switch', () => {
  const puts = (name: 'Fleets' | 'OneTable' | 'Plain'): unknown[] =>
    statementsOf(templateOf(name))
      .filter(
        ({ Action, Resource }) =>
          [Action].flat().includes('dynamodb:PutItem') && !JSON.stringify(Resource).includes('GuardLedger'),
      )
      .map(({ Action, Resource, Condition }) => [Action, /"A[0-9A-F]{8}"/.test(JSON.stringify(Resource)), Condition]);
  const of = (...fleets: string[]): object => ({
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': fleets },
  });
  expect(puts('Fleets')).toEqual([
    ['dynamodb:PutItem', true, of('llama-8b')],
    ['dynamodb:PutItem', false, of('embed')],
  ]);
  expect(puts('OneTable')).toEqual([['dynamodb:PutItem', true, of('llama-8b', 'embed')]]);
  expect(puts('Plain')).toEqual([]);
});

test('tells the meter the budget and its stages, also a budget that only the deployment knows', () => {
  const variablesOf = (name: 'Stages' | 'OwnTopic' | 'Unknown' | 'NoBudgets'): Record<string, unknown> =>
    (
      Object.values(resourcesOf(templateOf(name), 'AWS::Lambda::Function'))[0]?.Properties?.['Environment'] as {
        Variables: Record<string, unknown>;
      }
    ).Variables;
  expect(variablesOf('Stages')).toMatchObject({
    HYBRID_LLM_MONTHLY_USD: '2000',
    HYBRID_LLM_KILL_SWITCH: 'notify@80,closed-off@100,clamp@110,zero@120',
  });
  expect(variablesOf('Unknown')).toMatchObject({ HYBRID_LLM_MONTHLY_USD: { Ref: 'Budget' } });
  // CloudFormation makes no budget there; the kill switch needs none.
  expect(variablesOf('NoBudgets')).toMatchObject({ HYBRID_LLM_MONTHLY_USD: '2000' });
  expect(Object.keys(variablesOf('OwnTopic')).filter((name) => /MONTHLY|KILL/.test(name))).toEqual([]);
});

test('the role has no managed policy, no wildcard in an action, and a reason for each *', () => {
  const template = templateOf('Fleets');
  template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  const statements = statementsOf(template);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  expect(statements.filter(({ Resource }) => Resource === '*').map(({ Sid }) => Sid)).toEqual([
    'DescribeInstancesAndPricesExistOnlyOnStar',
    'PutMetricDataExistsOnlyOnStarAndIsHeldToOneNamespace',
  ]);
});

test('metrics go to the product’s namespace alone', () => {
  const put = statementsOf(templateOf('Plain')).find(({ Action }) => Action === 'cloudwatch:PutMetricData');
  expect(put?.Condition).toEqual({ StringEquals: { 'cloudwatch:namespace': 'HybridLlm' } });
});

test('makes a ledger, or counts in the one it is given', () => {
  templateOf('Plain').resourceCountIs('AWS::DynamoDB::Table', 1);
  const template = templateOf('OwnLedger');
  template.resourceCountIs('AWS::DynamoDB::Table', 1);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { HYBRID_LLM_LEDGER_TABLE: { Ref: Match.stringLikeRegexp('^Ours') } } },
  });
});

test('without a budget there is no AWS budget and no topic', () => {
  const template = templateOf('Plain');
  template.resourceCountIs('AWS::Budgets::Budget', 0);
  template.resourceCountIs('AWS::SNS::Topic', 0);
});

const thresholdsOf = (template: Template): unknown[] =>
  Object.values(resourcesOf(template, 'AWS::Budgets::Budget')).flatMap(({ Properties }) =>
    (Properties?.['NotificationsWithSubscribers'] as { Notification: { Threshold: number } }[]).map(
      ({ Notification }) => Notification.Threshold,
    ),
  );

test('the AWS budget tells the topic at each stage', () => {
  const template = templateOf('Stages');
  expect(thresholdsOf(template)).toEqual([80, 100, 110, 120]);
  template.hasResourceProperties('AWS::Budgets::Budget', {
    Budget: {
      BudgetLimit: { Amount: 2000, Unit: 'USD' },
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      CostFilters: Match.absent(),
    },
    NotificationsWithSubscribers: Match.arrayWith([
      {
        Notification: {
          NotificationType: 'ACTUAL',
          ComparisonOperator: 'GREATER_THAN',
          Threshold: 80,
          ThresholdType: 'PERCENTAGE',
        },
        Subscribers: [{ SubscriptionType: 'SNS', Address: { Ref: Match.stringLikeRegexp('Topic') } }],
      },
    ]),
  });
});

test('without stages the topic is told when the budget is spent', () => {
  expect(thresholdsOf(templateOf('Budget'))).toEqual([100]);
});

test('the topic admits AWS Budgets and alarms of this account', () => {
  const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
  templateOf('Budget').hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith(
        ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'].map((Service) =>
          Match.objectLike({ Action: 'sns:Publish', Principal: { Service }, Condition: ofThisAccount }),
        ),
      ),
    },
  });
});

test('a given topic is used, and no other made', () => {
  const template = templateOf('OwnTopic');
  template.resourceCountIs('AWS::SNS::Topic', 1);
  expect(JSON.stringify(resourcesOf(template, 'AWS::Budgets::Budget'))).toMatch(/"Ref":"OnCall/);
});

test('a key of yours on the topic admits AWS Budgets and alarms too, else nobody is told', () => {
  const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
  templateOf('OwnKey').hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith(
        ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'].map((Service) =>
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Principal: { Service },
            Condition: ofThisAccount,
          }),
        ),
      ),
    },
  });
});

test('a topic whose key is from elsewhere is a warning', () => {
  const stack = testStack();
  const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
  const masterKey = kms.Key.fromKeyArn(stack, 'TheirKey', keyArn);
  guardIn(stack, { monthlyUsd: 5, topic: new sns.Topic(stack, 'OnCall', { masterKey }) });
  expect(warningsIn(stack)).toEqual([expect.stringMatching(/kms:Decrypt.*SpendGuard.topicPolicy/)]);
});

test('a topic from elsewhere keeps its policy, which is a warning', () => {
  const stack = testStack();
  const arn = 'arn:aws:sns:us-east-1:123456789012:theirs';
  guardIn(stack, { monthlyUsd: 5, topic: sns.Topic.fromTopicArn(stack, 'Theirs', arn) });
  expect(warningsIn(stack)).toEqual([expect.stringMatching(/budgets.amazonaws.com.*SpendGuard.topicPolicy/)]);
});

test.each<[string, Partial<SpendGuardProps>, RegExp]>([
  [
    'a stage that is none',
    { monthlyUsd: 5, killSwitch: ['notify@80', 'panic@90'] },
    /got "panic@90"; expected one of notify/,
  ],
  ['a stage without a share', { monthlyUsd: 5, killSwitch: ['notify'] }, /got "notify"/],
  ['stages without a budget', { killSwitch: ['notify@80'] }, /add monthlyUsd/],
  ['a budget of nothing', { monthlyUsd: 0 }, /got 0; expected US dollars above 0/],
])('fails with %s', (_, props, message) => {
  expect(errorsIn(guardIn(testStack(), props))).toEqual([expect.stringMatching(message)]);
});

test('fails with two fleets whose names are one in the environment', () => {
  const stack = testStack();
  const fleets = ['llama-8b', 'llama--8b'].map((name) => ({ name, table: tableIn(stack, name) }));
  expect(errorsIn(guardIn(stack, { fleets }))).toEqual([
    expect.stringMatching(/"llama-8b" and "llama--8b".*rename one/),
  ]);
});

test.each([
  ['Destroy', 'Delete'],
  ['Plain', 'Retain'],
] as const)('removal: %s makes ledger and log %s', (name, expected) => {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup']) {
    for (const resource of Object.values(resourcesOf(templateOf(name), type))) {
      expect(resource).toMatchObject({ DeletionPolicy: expected, UpdateReplacePolicy: expected });
    }
  }
});

describe('where CloudFormation does not know AWS budgets', () => {
  const guardOf = (region?: string): { guard: SpendGuard; stack: Stack } => {
    const stack = testStack(region === undefined ? {} : { env: { region } });
    return { stack, guard: guardIn(stack, { monthlyUsd: 5, killSwitch: STAGES }) };
  };

  test('there is none, and a warning says so', () => {
    const { stack, guard } = guardOf('eu-central-2');
    expect(warningsIn(stack)).toEqual([
      expect.stringMatching(/cannot make an AWS budget in eu-central-2.*SpendGuard.noBudgetInRegion/),
    ]);
    expect(guard.topic).toBeUndefined();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Budgets::Budget', 0);
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::Lambda::Function', 1);
  });

  test('a topic that was given stays the guard’s', () => {
    const stack = testStack({ env: { region: 'il-central-1' } });
    const topic = new sns.Topic(stack, 'OnCall');
    expect(guardIn(stack, { monthlyUsd: 5, topic }).topic).toBe(topic);
  });

  test.each(['eu-central-1', undefined])('elsewhere it is kept: %s', (region) => {
    const { stack } = guardOf(region);
    expect(warningsIn(stack)).toEqual([]);
    Template.fromStack(stack).resourceCountIs('AWS::Budgets::Budget', 1);
  });
});

test('two stand in one stack, whose account is nowhere in the template', () => {
  const { Resources = {} } = templateOf('Two').toJSON() as { Resources?: Record<string, { Type: string }> };
  // The bucket of the function's code is CDK's own, named after a stack's account where it has one.
  const ours = Object.values(Resources).filter(({ Type }) => Type !== 'AWS::Lambda::Function');
  expect(ours.filter(({ Type }) => Type === 'AWS::Budgets::Budget')).toHaveLength(2);
  expect(JSON.stringify(ours)).not.toContain('210987654321');
});

test('cdk-nag finds nothing in guard, alarms and dashboard', () => {
  const app = testApp();
  const stack = testStack({ env: { region: 'us-east-1' } }, app);
  const fleets = [{ name: 'llama-8b', table: tableIn(stack, 'Fleet') }];
  const { meter, topic } = guardIn(stack, { monthlyUsd: 5, fleets });
  const { alarms } = new LlmAlarms(stack, 'Alarms', {
    deployment: 'acme',
    lanes: ['open'],
    meter,
    topics: topic === undefined ? [] : [topic],
  });
  new LlmDashboard(stack, 'Dashboard', { deployment: 'acme', lanes: ['open'], alarms });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('snapshot', () => {
  expect(forSnapshot(templateOf('Stages'))).toMatchSnapshot();
});

test('the ledger keeps its logical id, since a new one would begin the month at nothing', () => {
  expect(Object.keys(resourcesOf(templateOf('Plain'), 'AWS::DynamoDB::Table'))).toEqual(['GuardLedger26E0C130']);
});
