import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { PER_DEPLOYMENT } from '../../lib/records/fleet-metrics';
import { metricOf } from './metric';

/**
 * What the spend meter says of a whole deployment every five minutes. Creates nothing.
 *
 * Limitations: there is no value without a `SpendGuard`. CloudWatch charges $0.30 a month for each of the five.
 *
 * ```ts
 * const projection = new SpendMetrics('acme-llm').projectedMonthUsd();
 * ```
 */
export class SpendMetrics {
  /** @param deployment the deployment's name */
  constructor(private readonly deployment: string) {}

  /** US dollars an hour of all fleets together. */
  gpuUsdPerHour(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GpuUsdPerHour', cloudwatch.Stats.MAXIMUM, options);
  }

  /** US dollars spent on hosts in the period. */
  gpuUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GpuUsd', cloudwatch.Stats.SUM, options);
  }

  /** US dollars of this month so far, tokens and GPUs. */
  spendMonthUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('SpendMonthUsd', cloudwatch.Stats.MAXIMUM, options);
  }

  /** US dollars that the month comes to if it goes on as it has so far. */
  projectedMonthUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ProjectedMonthUsd', cloudwatch.Stats.MAXIMUM, options);
  }

  /** Hosts whose price is not known. */
  unknownGpuPrice(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('UnknownGpuPrice', cloudwatch.Stats.MAXIMUM, options);
  }

  private metric(
    name: (typeof PER_DEPLOYMENT)[number],
    statistic: string,
    options: cloudwatch.MetricOptions = {},
  ): cloudwatch.Metric {
    return metricOf(name, statistic, { Deployment: this.deployment }, options);
  }
}
