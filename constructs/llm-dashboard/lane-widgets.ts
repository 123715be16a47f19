/** One row a lane: its traffic, how soon and how fast it answers, how it does without replicas, and what goes wrong. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { RouterMetrics } from '../metrics/router-metrics';

const WIDTH = 6;

export function laneWidgets(deployment: string, lane: string, goodMs: number): cloudwatch.IWidget[] {
  const metrics = new RouterMetrics(deployment, lane);
  const both = (metric: (options: cloudwatch.MetricOptions) => cloudwatch.Metric, label: string): cloudwatch.Metric[] =>
    ['p50', 'p95'].map((statistic) => metric({ statistic, label: `${label} ${statistic}` }));
  return [
    new cloudwatch.GraphWidget({
      title: `Requests, ${lane} lane`,
      width: WIDTH,
      left: [metrics.requests()],
      right: [
        metrics.promptTokens({ label: 'prompt tokens' }),
        metrics.completionTokens({ label: 'completion tokens' }),
      ],
      leftYAxis: { min: 0 },
      rightYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: `Streamed answers in milliseconds, ${lane} lane`,
      width: WIDTH,
      left: both((options) => metrics.timeToFirstToken(options), 'time to first token'),
      right: both((options) => metrics.timePerOutputToken(options), 'time per output token'),
      leftAnnotations: [{ value: goodMs, label: 'first token by then', color: cloudwatch.Color.RED }],
      leftYAxis: { min: 0 },
      rightYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: `Without a replica, ${lane} lane`,
      width: WIDTH,
      left: [metrics.heldRequests({ label: 'waited' }), metrics.coveredRequests({ label: 'answered elsewhere' })],
      right: [metrics.holdTime({ label: 'waited, in milliseconds, p95' })],
      leftYAxis: { min: 0 },
      rightYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: `What goes wrong, ${lane} lane`,
      width: WIDTH,
      left: [
        metrics.errors({ label: 'failed or broken off' }),
        metrics.truncatedStreams({ label: 'broken off' }),
        metrics.fallbacks({ label: 'fallbacks' }),
        metrics.refusals({ label: 'refused' }),
        metrics.detectorFailures({ label: 'detector failures' }),
        metrics.tableFailures({ label: 'table failures' }),
        metrics.unknownPrice({ label: 'answers without a price' }),
        metrics.tableFailures({ label: 'tables that failed' }),
        ...(lane === 'open' ? [metrics.restrictedOnOpenLane({ label: 'restricted, held by code alone' })] : []),
      ],
      leftYAxis: { min: 0 },
    }),
  ];
}
