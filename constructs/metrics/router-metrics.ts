import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { RouterMetricName } from '../../lib/records/metrics';
import { TABLE_FAILURES } from '../../lib/records/table-failure';
import { metricOf } from './metric';

/**
 * What one lane of a router says of its requests, as metrics for alarms and dashboards. Creates nothing.
 *
 * Limitations: CloudWatch charges $0.30 a month for each metric that has had a value in it, so for about 16 of each lane.
 *
 * ```ts
 * const metrics = new RouterMetrics('acme-llm', 'open');
 * const graph = new cloudwatch.GraphWidget({ left: [metrics.timeToFirstToken()] });
 * ```
 */
export class RouterMetrics {
  /**
   * @param deployment the router's deployment name
   * @param lane `open` or `sealed`
   */
  constructor(
    private readonly deployment: string,
    private readonly lane: string,
  ) {}

  /** All requests with a known path. */
  requests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('Requests', options);
  }

  /** Requests that failed or whose answer broke off. */
  errors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('Errors', options);
  }

  /** Requests refused for what the caller has to change: key, body, policy, budget, rate. */
  refusals(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('Refusals', options);
  }

  /** Attempts that failed before another target answered. */
  fallbacks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('Fallbacks', options);
  }

  /** Requests that waited for a fleet without a replica. */
  heldRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('HeldRequests', options);
  }

  /** Milliseconds that those waited. */
  holdTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('HoldTime', 'p95', options);
  }

  /** Requests that waited for longer than so many milliseconds. */
  holdsLongerThan(ms: number, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('HoldTime', `TC(${ms}:)`, options);
  }

  /** Requests that another target answered in the place of a fleet without a replica. */
  coveredRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('CoveredRequests', options);
  }

  /** Answers that broke off after they had begun. */
  truncatedStreams(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('TruncatedStreams', options);
  }

  /** Requests that count as restricted since a detector failed or was late. */
  detectorFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('DetectorFailures', options);
  }

  /** Answers whose cost is not known. */
  unknownPrice(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('UnknownPrice', options);
  }

  /** Calls to tables and to Secrets Manager that failed for good. */
  tableFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum(TABLE_FAILURES, options);
  }

  /** Restricted requests served where only the code keeps them inside their boundary. */
  restrictedOnOpenLane(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('RestrictedOnOpenLane', options);
  }

  promptTokens(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('PromptTokens', options);
  }

  completionTokens(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('CompletionTokens', options);
  }

  /** US dollars for tokens; a fleet's tokens cost nothing more than its hosts. */
  costUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.sum('CostUsd', options);
  }

  /** Milliseconds, of streamed answers, measured by the router. */
  timeToFirstToken(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('TimeToFirstToken', 'p95', options);
  }

  /** Milliseconds between two tokens of a streamed answer, as the mean of that answer. */
  timePerOutputToken(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('TimePerOutputToken', 'p95', options);
  }

  /** Milliseconds from the request's last byte to the answer's. */
  duration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Duration', 'p95', options);
  }

  private sum(name: RouterMetricName | typeof TABLE_FAILURES, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(name, cloudwatch.Stats.SUM, options);
  }

  private metric(
    name: RouterMetricName | typeof TABLE_FAILURES,
    statistic: string,
    options: cloudwatch.MetricOptions = {},
  ): cloudwatch.Metric {
    return metricOf(name, statistic, { Deployment: this.deployment, Lane: this.lane }, options);
  }
}
