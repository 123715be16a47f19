/** The meter's values as CloudWatch metrics. */
import { type CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { METER_METRICS, type MeterDatum } from '../../lib/records/fleet-metrics';
import { NAMESPACE } from '../../lib/records/metrics';

/** CloudWatch takes no more in one call. */
const MOST_DATA = 1_000;

export async function publish(
  cloudWatch: CloudWatchClient,
  deployment: string,
  data: readonly MeterDatum[],
  nowMs: number,
): Promise<void> {
  for (let start = 0; start < data.length; start += MOST_DATA) {
    const MetricData = data.slice(start, start + MOST_DATA).map((datum) => metricDatum(deployment, datum, nowMs));
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
  }
}

const metricDatum = (deployment: string, { name, fleet, value }: MeterDatum, nowMs: number): MetricDatum => ({
  MetricName: name,
  Unit: METER_METRICS[name],
  Value: value,
  Timestamp: new Date(nowMs),
  Dimensions: [{ Name: 'Deployment', Value: deployment }, ...(fleet === null ? [] : [{ Name: 'Fleet', Value: fleet }])],
});
