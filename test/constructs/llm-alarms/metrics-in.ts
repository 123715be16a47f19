/** Metrics that alarms and dashboards of a template look at. */
import type { Template } from 'aws-cdk-lib/assertions';
import { METRIC_CONTRACT } from '../../../lib/records/metric-contract';
import { resourcesOf } from '../../support/cdk';

export interface LookedAt {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

interface RawMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string }[];
}

const read = ({ Namespace, MetricName, Dimensions = [] }: RawMetric): LookedAt => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Dimensions.map(({ Name }) => Name),
});

export const metricsOfAlarms = (template: Template): LookedAt[] =>
  Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).flatMap(({ Properties = {} }) => {
    const queries = Properties['Metrics'] as { MetricStat?: { Metric: RawMetric } }[] | undefined;
    if (queries === undefined) return [read(Properties as unknown as RawMetric)];
    return queries.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [read(MetricStat.Metric)]));
  });

/** Whether the product emits it, with just these dimensions. */
export const isEmitted = ({ namespace, name, dimensions }: LookedAt): boolean =>
  namespace === 'HybridLlm' &&
  METRIC_CONTRACT.some(
    (row) => row.name === name && [...row.dimensions].sort().join() === [...dimensions].sort().join(),
  );
