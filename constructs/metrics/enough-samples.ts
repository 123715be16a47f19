/** Guards against low numbers: a percentile or a rate of three requests is noise, and an alarm on it is soon ignored. */
import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/**
 * `value`, but only in periods with at least `minimum` samples. In others there is no value, and an alarm treats them as
 * missing.
 *
 * CloudWatch's own guard (`evaluateLowSampleCountPercentile`) wants 200 samples for a p95, more than many deployments see in
 * an hour.
 */
export function whenEnough(
  value: cloudwatch.IMetric,
  samples: cloudwatch.IMetric,
  minimum: number,
  period: Duration,
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `IF(samples >= ${minimum}, value)`,
    usingMetrics: { samples, value },
    period,
  });
}

/**
 * Share of `part` in `whole` in per cent, but only in periods with at least `minimum` of the part. The guard is on the
 * failures and not on the requests, so that it does not hide that the few there are all fail.
 */
export function percentWhenEnough(
  part: cloudwatch.IMetric,
  whole: cloudwatch.IMetric,
  minimum: number,
  period: Duration,
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `IF(part >= ${minimum}, 100 * part / whole)`,
    usingMetrics: { part, whole },
    period,
  });
}
