import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ControllerMetricName } from '../../lib/records/controller-metrics';
import type { PER_FLEET } from '../../lib/records/fleet-metrics';
import { metricOf } from './metric';

/**
 * What is said of one fleet: by the spend meter every five minutes, and by the fleet's controller at each look, as long as
 * anything changes. Creates nothing.
 *
 * Limitations: hosts, ready replicas and dollars have no value without a `SpendGuard` that meters the fleet, all else
 * without a `FleetController`. CloudWatch charges $0.30 a month for each of the meter's four. The controller's eight are
 * charged by the hour in which they have a value: $1.50 a month for the five of a fleet that is always awake and well, nothing
 * while it sleeps.
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

  /** Replicas that the controller wants. */
  wantedReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('WantedReplicas', cloudwatch.Stats.MAXIMUM, options);
  }

  /** Replicas that are wanted and do not answer: at all times of the period so many or more. */
  missingReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('MissingReplicas', cloudwatch.Stats.MINIMUM, options);
  }

  /** Hosts that did not come to serve. */
  failedBoots(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FailedBoots', cloudwatch.Stats.SUM, options);
  }

  /** Spot instances that EC2 took back. */
  interruptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Interruptions', cloudwatch.Stats.SUM, options);
  }

  /** Engines that had served and hung or ended, whether they were started again in place or their host was given up. */
  engineFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('EngineFailures', cloudwatch.Stats.SUM, options);
  }

  /** Requests that run, on all replicas together. */
  runningRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('RunningRequests', cloudwatch.Stats.MAXIMUM, options);
  }

  /** Requests that engines have taken and not begun, on all replicas together. */
  waitingRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('WaitingRequests', cloudwatch.Stats.MAXIMUM, options);
  }

  /** Per cent of the KV cache in use, as the mean of all replicas. */
  kvCacheUse(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('KvCacheUse', cloudwatch.Stats.MAXIMUM, options);
  }

  private metric(
    name: (typeof PER_FLEET)[number] | ControllerMetricName,
    statistic: string,
    options: cloudwatch.MetricOptions = {},
  ): cloudwatch.Metric {
    return metricOf(name, statistic, { Deployment: this.deployment, Fleet: this.fleet }, options);
  }
}
