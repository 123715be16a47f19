/** Alarms on one fleet: what it costs without answering, by the meter; what goes wrong with its hosts, by its controller. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FleetMetrics } from '../metrics/fleet-metrics';
import type { AlarmFactory } from './alarm-factory';
import type { LlmAlarmsProps } from './llm-alarms-props';

/** Longer than the time between two runs of the meter, so that no period is without a value. */
const PERIOD = Duration.minutes(10);
const QUARTER_HOUR = Duration.minutes(15);
const HOUR = Duration.hours(1);

export function addMeteredFleetAlarms(alarms: AlarmFactory, deployment: string, fleet: string): void {
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

/** What did not happen has no value, and a fleet that sleeps has none at all: missing values are well. */
export function addControlledFleetAlarms(alarms: AlarmFactory, fleet: string, props: LlmAlarmsProps): void {
  const metrics = new FleetMetrics(props.deployment, fleet);
  const which = `of fleet ${fleet} of ${props.deployment}`;
  alarms.addEach(
    `FailedBoots-${fleet}`,
    {
      metric: metrics.failedBoots({ period: QUARTER_HOUR }),
      description: `Boots of hosts ${which} failed: see their boot logs. A pool is left out after two, and after three in a row nothing is started until \`fleet retry\`.`,
    },
    props.failedBoots ?? { warning: { above: 0 } },
  );
  alarms.addEach(
    `MissingReplicas-${fleet}`,
    {
      metric: metrics.missingReplicas({ period: PERIOD }),
      description: `Replicas ${which} have been wanted for 30 minutes and do not answer: \`status\` says why.`,
      periods: 3,
    },
    props.missingReplicas ?? { warning: { above: 0 } },
  );
  alarms.addEach(
    `EngineFailures-${fleet}`,
    {
      metric: metrics.engineFailures({ period: QUARTER_HOUR }),
      description: `Engines ${which} hung or ended while they served: see their engine logs. They are started again in place, or their host is replaced.`,
    },
    props.engineFailures ?? { warning: { above: 0 } },
  );
  alarms.addEach(
    `Interruptions-${fleet}`,
    {
      metric: metrics.interruptions({ period: HOUR }),
      description: `EC2 takes many spot instances ${which} back: more instance types or zones, or an on-demand base, would steady it.`,
    },
    props.interruptions ?? { warning: { above: 2 } },
  );
}
