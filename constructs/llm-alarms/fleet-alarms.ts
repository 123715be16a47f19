/** Alarms on what one fleet costs without answering. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FleetMetrics } from '../metrics/fleet-metrics';
import type { AlarmFactory } from './alarm-factory';

/** Longer than the time between two runs of the meter, so that no period is without a value. */
const PERIOD = Duration.minutes(10);

export function addFleetAlarms(alarms: AlarmFactory, deployment: string, fleet: string): void {
  const metrics = new FleetMetrics(deployment, fleet);
  alarms.add(
    `HostsWithoutReadyReplica-${fleet}`,
    {
      metric: new cloudwatch.MathExpression({
        expression: 'IF(ready < 1, hosts, 0)',
        usingMetrics: { ready: metrics.readyReplicas(), hosts: metrics.hosts() },
        period: PERIOD,
      }),
      description: `Hosts of fleet ${fleet} of ${deployment} have cost money for 30 minutes and none answers: see their boot and engine logs.`,
      periods: 3,
    },
    0,
  );
}
