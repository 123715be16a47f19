/** One row: the month against its budget, and what tokens and hosts cost just now. US dollars. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { RouterMetrics } from '../metrics/router-metrics';
import { SpendMetrics } from '../metrics/spend-metrics';

const WIDTH = 12;
const HOUR = Duration.hours(1);

export function spendWidgets(
  deployment: string,
  lanes: readonly string[],
  monthlyUsd: number | undefined,
): cloudwatch.IWidget[] {
  const metrics = new SpendMetrics(deployment);
  return [
    new cloudwatch.GraphWidget({
      title: 'This month in US dollars',
      width: WIDTH,
      left: [
        metrics.spendMonthUsd({ label: 'spent, tokens and GPUs', period: HOUR }),
        metrics.projectedMonthUsd({ label: 'projection', period: HOUR }),
      ],
      leftAnnotations:
        monthlyUsd === undefined ? [] : [{ value: monthlyUsd, label: 'budget', color: cloudwatch.Color.RED }],
      leftYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: 'US dollars per hour',
      width: WIDTH,
      stacked: true,
      left: [
        metrics.gpuUsd({ label: 'GPU hosts', period: HOUR }),
        ...lanes.map((lane) =>
          new RouterMetrics(deployment, lane).costUsd({ label: `tokens, ${lane} lane`, period: HOUR }),
        ),
      ],
      leftYAxis: { min: 0 },
    }),
  ];
}
