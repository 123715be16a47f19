/** Alarms on what the callers of one lane notice, and on what its answers cost. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { percentWhenEnough, whenEnough } from '../metrics/enough-samples';
import { RouterMetrics } from '../metrics/router-metrics';
import type { AlarmFactory } from './alarm-factory';
import type { LlmAlarmsProps } from './llm-alarms-props';

/** A request waits four minutes at the most. */
const LONG_HOLD_MS = 180_000;
const QUARTER_HOUR = Duration.minutes(15);
const HOUR = Duration.hours(1);
/** Fewer failures than these are no rate. */
const FEWEST_FAILURES = 3;
/** What a moment's trouble leaves behind. */
const MOST_TABLE_FAILURES = 2;

/** Gives those on requests that fail. */
export function addLaneAlarms(alarms: AlarmFactory, lane: string, props: LlmAlarmsProps): cloudwatch.Alarm[] {
  const metrics = new RouterMetrics(props.deployment, lane);
  const where = `of ${props.deployment}, ${lane} lane`;

  const samples = metrics.timeToFirstToken({ statistic: cloudwatch.Stats.SAMPLE_COUNT });
  alarms.addEach(
    `TimeToFirstToken-${lane}`,
    {
      metric: whenEnough(metrics.timeToFirstToken(), samples, props.minSamples ?? 20, QUARTER_HOUR),
      description: `Streamed answers ${where} begin late: time to first token, p95, in milliseconds.`,
    },
    props.timeToFirstToken ?? { warning: { above: props.timeToFirstTokenP95Ms ?? 1500 } },
  );
  const failing = alarms.addEach(
    `ErrorRate-${lane}`,
    {
      metric: percentWhenEnough(metrics.errors(), metrics.requests(), FEWEST_FAILURES, QUARTER_HOUR),
      description: `Requests ${where} fail or break off, in per cent.`,
    },
    props.errorRate ?? { warning: { above: 5 } },
  );
  alarms.addEach(
    `TruncatedStreams-${lane}`,
    {
      metric: metrics.truncatedStreams({ period: QUARTER_HOUR }),
      description: `Answers ${where} broke off after they had begun. Their callers got an error event.`,
    },
    props.truncatedStreams ?? { warning: { above: 2 } },
  );
  alarms.addEach(
    `LongHolds-${lane}`,
    {
      metric: metrics.holdsLongerThan(LONG_HOLD_MS, { period: QUARTER_HOUR }),
      description: `Requests ${where} waited for a replica longer than three minutes, and after four they are refused: their fleet boots slowly, finds no capacity, or should not sleep then.`,
    },
    props.longHolds ?? { warning: { above: 2 } },
  );
  alarms.add(
    `DetectorFailures-${lane}`,
    {
      metric: metrics.detectorFailures({ period: QUARTER_HOUR }),
      description: `A detector ${where} failed or was late: its requests count as restricted.`,
    },
    0,
  );
  alarms.add(
    `UnknownPrice-${lane}`,
    {
      metric: metrics.unknownPrice({ period: HOUR }),
      description: `Answers ${where} came from a model without a price: no budget counts them.`,
    },
    0,
  );
  alarms.add(
    `TableFailures-${lane}`,
    {
      metric: metrics.tableFailures({ period: QUARTER_HOUR }),
      description: `Calls of the router ${where} to its tables or secrets fail after all tries: requests are refused, or what they cost is not booked. The log group has a line for each (\`table_failure\`).`,
    },
    MOST_TABLE_FAILURES,
  );
  if (lane === 'open' && props.lanes.includes('sealed')) {
    alarms.add(
      'RestrictedOnOpenLane',
      {
        metric: metrics.restrictedOnOpenLane({ period: HOUR }),
        description: `Restricted requests ${where} were kept inside their boundary by code alone: their callers should use the sealed endpoint.`,
      },
      0,
    );
  }
  return failing;
}
