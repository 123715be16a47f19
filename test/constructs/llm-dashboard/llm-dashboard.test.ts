import type { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { LlmAlarms } from '../../../constructs/llm-alarms';
import { LlmDashboard, type LlmDashboardProps } from '../../../constructs/llm-dashboard';
import { METRIC_CONTRACT } from '../../../lib/records/metric-contract';
import { resourcesOf } from '../../support/cdk';
import { isEmitted } from '../llm-alarms/metrics-in';
import { scenarios } from '../spend-guard/scenarios';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
    readonly markdown?: string;
  };
}

const BASE = { deployment: 'acme', lanes: ['open', 'sealed'] };

const dashboardIn = (stack: Stack, props: Partial<LlmDashboardProps> = {}): LlmDashboard =>
  new LlmDashboard(stack, 'Dashboard', { ...BASE, ...props });

const templateOf = scenarios({
  Plain: (stack) => dashboardIn(stack),
  Fleet: (stack) => dashboardIn(stack, { fleets: ['llama-8b'], timeToFirstTokenP95Ms: 900, monthlyUsd: 2000 }),
  Alarms: (stack) => {
    const { alarms } = new LlmAlarms(stack, 'Alarms', { ...BASE, acknowledgeNoActions: true });
    const { dashboard } = dashboardIn(stack, { alarms });
    dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'ours' }));
  },
});

function widgetsOf(name: Parameters<typeof templateOf>[0]): Widget[] {
  const [dashboard] = Object.values(resourcesOf(templateOf(name), 'AWS::CloudWatch::Dashboard'));
  const body = dashboard?.Properties?.['DashboardBody'] as { 'Fn::Join': [string, unknown[]] };
  // ARNs and the region are references.
  const text = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'ref')).join('');
  return (JSON.parse(text) as { readonly widgets: Widget[] }).widgets;
}

/** `[namespace, name, dimension, value, …, options]` of each graph. */
const metricsOf = (widgets: readonly Widget[]): unknown[][] =>
  widgets.flatMap(({ properties }) =>
    (properties.metrics ?? []).map((metric) => metric.filter((part) => typeof part === 'string')),
  );

test('a row for each lane, one for spend, one for each fleet', () => {
  expect(widgetsOf('Fleet').map(({ properties }) => properties.title)).toEqual([
    'Requests, open lane',
    'Streamed answers in milliseconds, open lane',
    'Without a replica, open lane',
    'What goes wrong, open lane',
    'Requests, sealed lane',
    'Streamed answers in milliseconds, sealed lane',
    'Without a replica, sealed lane',
    'What goes wrong, sealed lane',
    'This month in US dollars',
    'US dollars per hour',
    'Hosts of llama-8b',
    'US dollars per hour of llama-8b',
    'Load of llama-8b',
    'What goes wrong in llama-8b',
  ]);
});

test('every graph draws metrics that are really emitted', () => {
  const looked = metricsOf(widgetsOf('Fleet')).map(([namespace, name, ...dimensions]) => ({
    namespace: String(namespace),
    name: String(name),
    dimensions: dimensions.filter((_, index) => index % 2 === 0).map(String),
  }));
  expect(looked.filter((metric) => !isEmitted(metric))).toEqual([]);
  expect(looked.length).toBeGreaterThan(30);
});

test('every metric of the contract is drawn, but how long a whole answer takes and hosts without a price', () => {
  const drawn = new Set(metricsOf(widgetsOf('Fleet')).map(([, name]) => name));
  const missing = new Set(METRIC_CONTRACT.map(({ name }) => name).filter((name) => !drawn.has(name)));
  expect([...missing]).toEqual(['Duration', 'UnknownGpuPrice']);
});

test('alarms stand at the top, and widgets of one’s own can be added', () => {
  const widgets = widgetsOf('Alarms');
  expect(widgets[0]?.type).toBe('alarm');
  expect(widgets[0]?.properties.alarms).toHaveLength(15);
  expect(widgets.at(-1)?.properties.markdown).toBe('ours');
});

const linesOf = (widgets: readonly Widget[], title: string): number[] =>
  widgets
    .filter(({ properties }) => properties.title === title)
    .flatMap(({ properties }) => properties.annotations?.horizontal.map(({ value }) => value) ?? []);

test('what is still good is a line: the first token’s limit and the budget', () => {
  const widgets = widgetsOf('Fleet');
  expect(linesOf(widgets, 'Streamed answers in milliseconds, open lane')).toEqual([900]);
  expect(linesOf(widgets, 'This month in US dollars')).toEqual([2000]);
  expect(linesOf(widgetsOf('Plain'), 'This month in US dollars')).toEqual([]);
});
