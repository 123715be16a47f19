/** What alarms and dashboards ask for is what is published. */
import { formatMetricFinding, unknownMetrics } from '../../lib/proof/metrics';
import { METRIC_CONTRACT } from '../../lib/records/metric-contract';
import { type DraftResource, ref, resource, stackOf } from './templates';

const PUBLISHED = [
  { name: 'Errors', dimensions: ['Deployment', 'Lane'] },
  { name: 'GpuUsd', dimensions: ['Deployment'] },
  { name: 'GpuUsd', dimensions: ['Deployment', 'Fleet'] },
];

const found = (one: DraftResource): string[] =>
  unknownMetrics([stackOf({ Resources: { One: one } })], PUBLISHED).map(formatMetricFinding);

const dimensions = (...names: string[]): object[] => names.map((Name) => ({ Name, Value: ref('X') }));
const alarm = (properties: Record<string, unknown>): DraftResource => resource('AWS::CloudWatch::Alarm', properties);
const plain = (MetricName: string, ...names: string[]): DraftResource =>
  alarm({ Namespace: 'HybridLlm', MetricName, Dimensions: dimensions(...names) });
const dashboard = (metrics: unknown[]): DraftResource =>
  resource('AWS::CloudWatch::Dashboard', {
    DashboardBody: {
      'Fn::Join': [
        '',
        [
          '{"widgets":[{"type":"text","properties":{"markdown":"a"}},{"type":"metric","properties":{"region":"',
          ref('AWS::Region'),
          `","metrics":${JSON.stringify(metrics)},"title":"`,
          ref('Name'),
          '"}}]}',
        ],
      ],
    },
  });

describe('an alarm on one metric', () => {
  test('passes with the dimensions of the contract, in whatever order', () => {
    expect(found(plain('Errors', 'Lane', 'Deployment'))).toEqual([]);
    expect(found(plain('GpuUsd', 'Deployment'))).toEqual([]);
    expect(found(plain('GpuUsd', 'Fleet', 'Deployment'))).toEqual([]);
  });

  test('is found where the name, or a dimension, is not published', () => {
    expect(found(plain('Error', 'Deployment', 'Lane'))).toEqual([
      'One asks for HybridLlm Error by Deployment, Lane, which nothing publishes; the nearest is HybridLlm Errors by Deployment, Lane',
    ]);
    expect(found(plain('GpuUsd'))).toEqual([
      'One asks for HybridLlm GpuUsd without dimensions, which nothing publishes; the nearest is HybridLlm GpuUsd by Deployment',
    ]);
    expect(found(plain('Errors', 'Deployment', 'Lane', 'Model'))).toHaveLength(1);
  });

  test('is found where the namespace is nearly ours, and left alone where it is another', () => {
    expect(
      found(alarm({ Namespace: 'HybridLLM', MetricName: 'Errors', Dimensions: dimensions('Deployment', 'Lane') })),
    ).toHaveLength(1);
    expect(found(alarm({ Namespace: 'AWS/Lambda', MetricName: 'Errors' }))).toEqual([]);
  });
});

describe('an alarm on an expression', () => {
  const metrics = (...Metrics: object[]): DraftResource => alarm({ Metrics });
  const stat = (MetricName: string, ...names: string[]): object => ({
    Id: 'a',
    MetricStat: {
      Metric: { Namespace: 'HybridLlm', MetricName, Dimensions: dimensions(...names) },
      Period: 60,
      Stat: 'Sum',
    },
  });

  test('is held to each metric in it', () => {
    expect(found(metrics({ Id: 'e', Expression: 'a / 2' }, stat('Errors', 'Deployment', 'Lane')))).toEqual([]);
    expect(found(metrics({ Id: 'e', Expression: 'a / 2' }, stat('Mistakes', 'Deployment', 'Lane')))).toHaveLength(1);
  });

  test('is held to what its search and its query name', () => {
    const expression = (Expression: string): string[] => found(metrics({ Id: 'e', Expression }));
    expect(expression(`SUM(SEARCH('{HybridLlm,Deployment,Lane} MetricName="Errors"', 'Sum', 60))`)).toEqual([]);
    expect(expression(`SUM(SEARCH('{HybridLlm,Deployment} MetricName="Errors"', 'Sum', 60))`)).toHaveLength(1);
    expect(expression('SELECT SUM(GpuUsd) FROM SCHEMA(HybridLlm, Deployment, Fleet) GROUP BY Fleet')).toEqual([]);
    expect(expression('SELECT SUM(GpuUds) FROM SCHEMA("HybridLlm", Deployment, Fleet)')).toHaveLength(1);
    expect(expression('SELECT SUM(GpuUsd) FROM "HybridLlm"')).toEqual([
      'One asks for metrics in a way that cannot be checked: SELECT SUM(GpuUsd) FROM "HybridLlm"',
    ]);
  });
});

describe('a dashboard', () => {
  test('is read through what only the deploy fills in', () => {
    expect(found(dashboard([['HybridLlm', 'Errors', 'Deployment', 'a', 'Lane', 'open', { stat: 'Sum' }]]))).toEqual([]);
    expect(found(dashboard([['HybridLlm', 'Errors', 'Deployment', 'a']]))).toHaveLength(1);
  });

  test('is read with the short forms of rows', () => {
    const first = ['HybridLlm', 'Errors', 'Deployment', 'a', 'Lane', 'open'];
    expect(found(dashboard([first, ['.', '.', '.', '.', '.', 'sealed'], ['...', 'sealed']]))).toEqual([]);
    expect(found(dashboard([first, ['.', 'Mistakes', '.', '.', '.', '.']]))).toHaveLength(1);
  });

  test('is held to its expressions too', () => {
    expect(
      found(dashboard([[{ expression: `SEARCH('{HybridLlm,Deployment} MetricName="Errors"', 'Sum')`, id: 'e' }]])),
    ).toHaveLength(1);
  });

  test('that is no JSON cannot be checked', () => {
    expect(found(resource('AWS::CloudWatch::Dashboard', { DashboardBody: '{' }))).toEqual([
      'One asks for metrics in a way that cannot be checked: its body, which is no JSON',
    ]);
  });
});

test('the contract of this product is one that this check can be given', () => {
  const stacks = [stackOf({ Resources: { One: plain('TimeToFirstToken', 'Deployment', 'Lane') } })];
  expect(unknownMetrics(stacks, METRIC_CONTRACT)).toEqual([]);
});
