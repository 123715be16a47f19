/** Alarms on money, and on the meter that counts it. */
import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SpendMetrics } from '../metrics/spend-metrics';
import type { AlarmFactory } from './alarm-factory';
import type { AlarmThreshold } from './alarm-threshold';
import type { LlmAlarmsProps } from './llm-alarms-props';

const QUARTER_HOUR = Duration.minutes(15);

export function addSpendAlarms(alarms: AlarmFactory, props: LlmAlarmsProps): void {
  const metrics = new SpendMetrics(props.deployment);
  const budget: { [severity: string]: AlarmThreshold } =
    props.monthlyUsd === undefined ? {} : { warning: { above: props.monthlyUsd } };
  alarms.addEach(
    'ProjectedMonth',
    {
      metric: metrics.projectedMonthUsd({ period: Duration.hours(1) }),
      description: `${props.deployment} will spend more this month than it should if it goes on like this, in US dollars.`,
    },
    props.projectedMonthUsd ?? budget,
  );
  alarms.addEach(
    'GpuUsdPerHour',
    {
      metric: metrics.gpuUsdPerHour({ period: QUARTER_HOUR }),
      description: `GPU hosts of ${props.deployment} cost more an hour than they should, in US dollars.`,
    },
    props.gpuUsdPerHour ?? {},
  );
  alarms.add(
    'UnknownGpuPrice',
    {
      metric: metrics.unknownGpuPrice({ period: QUARTER_HOUR }),
      description: `GPU hosts of ${props.deployment} run whose price is not known: no budget counts them.`,
    },
    0,
  );
}

export function addMeterAlarms(alarms: AlarmFactory, deployment: string, meter: lambda.IFunction): void {
  alarms.add(
    'MeterErrors',
    {
      metric: meter.metricErrors({ period: QUARTER_HOUR }),
      description: `The spend meter of ${deployment} fails: its log says which part. Spend is counted late or not at all.`,
    },
    // One bad run is made good by its repetition.
    1,
  );
  alarms.add(
    'MeterSilent',
    {
      metric: meter.metricInvocations({ period: QUARTER_HOUR }),
      description: `The spend meter of ${deployment} does not run: spend is not counted.`,
      missed: true,
    },
    1,
  );
}
