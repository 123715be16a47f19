import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { PER_FLEET } from '../../lib/records/fleet-metrics';
import { metricOf } from './metric';

/**
 * What the spend meter says of one fleet every five minutes. Creates nothing.
 *
 * Limitations: there is no value without a `SpendGuard` that meters the fleet. CloudWatch charges $0.30 a month for each
 * of the four.
 *
 * ```ts
 * const ready = new FleetMetrics('acme-llm', 'llama-8b').readyReplicas();
 * ```
 */
export class FleetMetrics {
  /**
   * @param deployment the fleet's deployment name
   * @param fleet the fleet's logical name
   */
  constructor(
    private readonly deployment: string,
    private readonly fleet: string,
  ) {}

  /** Replicas that answer now. */
  readyReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ReadyReplicas', cloudwatch.Stats.MAXIMUM, options);
  }

  /** Instances that cost money now, booting ones too. */
  hosts(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Hosts', cloudwatch.Stats.MAXIMUM, options);
  }

  /** US dollars an hour of all hosts together. */
  gpuUsdPerHour(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GpuUsdPerHour', cloudwatch.Stats.MAXIMUM, options);
  }

  /** US dollars spent on hosts in the period. */
  gpuUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GpuUsd', cloudwatch.Stats.SUM, options);
  }

  private metric(
    name: (typeof PER_FLEET)[number],
    statistic: string,
    options: cloudwatch.MetricOptions = {},
  ): cloudwatch.Metric {
    return metricOf(name, statistic, { Deployment: this.deployment, Fleet: this.fleet }, options);
  }
}
