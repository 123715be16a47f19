import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { NAMESPACE } from '../../lib/records/metrics';

/** Values of dimensions, by name. */
export interface Dimensions {
  readonly Deployment: string;
  readonly Lane?: string;
  readonly Fleet?: string;
}

/** A metric of the product's own, over five minutes; what the options say goes first. */
export function metricOf(
  metricName: string,
  statistic: string,
  { Deployment, Lane, Fleet }: Dimensions,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { Deployment, ...(Lane !== undefined && { Lane }), ...(Fleet !== undefined && { Fleet }) },
    statistic,
    period: Duration.minutes(5),
    ...options,
  });
}
