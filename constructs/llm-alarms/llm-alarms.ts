import { Annotations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { AlarmFactory } from './alarm-factory';
import { addControllerAlarms } from './controller-alarms';
import { addControlledFleetAlarms, addMeteredFleetAlarms } from './fleet-alarms';
import { addLaneAlarms } from './lane-alarms';
import type { LlmAlarmsProps } from './llm-alarms-props';
import { addMeterAlarms, addSpendAlarms } from './spend-alarms';

/**
 * Alarms on what callers notice (late first tokens, failures, answers that break off, long waits for a replica), on what must
 * not happen (failed detectors, restricted requests on the open lane, models or hosts without a price), on fleets (hosts
 * that cost money and do not answer, replicas that are missing, failed boots, engines that hang or end, interruptions), and
 * on spend.
 *
 * Creates CloudWatch alarms, and lets them publish to the topics. Costs $0.10 a month for each metric that an alarm looks
 * at: $0.90 a lane, $0.20 a fleet that is metered, $0.40 a fleet that has a controller, $0.20 a controller, $0.40 for the
 * meter and the projection.
 *
 * Limitations:
 * - The alarm on a meter that does not run rings at the first deployment, until the meter has run once.
 * - The policy of a topic that is not of this app is left alone: the one that SNS gives a topic admits alarms of its account,
 *   one of yours has to admit `cloudwatch.amazonaws.com`. A key that is not of this app is a warning, since none admits
 *   alarms by default.
 *
 * ```ts
 * const alarms = new LlmAlarms(this, 'Alarms', {
 *   deployment: 'acme-llm',
 *   lanes: ['open', 'sealed'],
 *   topics: [new sns.Topic(this, 'OnCall', { enforceSSL: true })],
 *   timeToFirstToken: { warning: { above: 1500 }, critical: { above: 5000, periods: 2 } },
 * });
 * ```
 */
export class LlmAlarms extends Construct {
  /** All alarms, for a dashboard or a composite. */
  readonly alarms: cloudwatch.IAlarm[];

  /** Those of them on requests that fail, for whatever must end when callers notice. */
  readonly failingRequests: cloudwatch.IAlarm[];

  constructor(scope: Construct, id: string, props: LlmAlarmsProps) {
    super(scope, id);
    const factory = new AlarmFactory(this, { topics: props.topics ?? [], runbookUrl: props.runbookUrl });
    this.failingRequests = props.lanes.flatMap((lane) => addLaneAlarms(factory, lane, props));
    this.checkMeasured(props);
    if (props.meter !== undefined) {
      for (const fleet of props.fleets ?? []) addMeteredFleetAlarms(factory, props.deployment, fleet);
      addSpendAlarms(factory, props);
      addMeterAlarms(factory, props.deployment, props.meter);
    }
    for (const [index, controller] of (props.controllers ?? []).entries()) {
      addControllerAlarms(factory, props.deployment, controller, index);
      for (const fleet of controller.fleetNames) addControlledFleetAlarms(factory, fleet, props);
    }
    this.alarms = factory.alarms;

    if (factory.silent > 0 && props.acknowledgeNoActions !== true) {
      Annotations.of(this).addWarningV2(
        'cdk-hybrid-llm:LlmAlarms.noActions',
        `${factory.silent} of ${factory.alarms.length} alarms tell nobody: expected \`topics\`; pass a topic, or state \`acknowledgeNoActions: true\``,
      );
    }
  }

  /** Where nobody measures, these alarms would never ring, and their owner would believe in them. */
  private checkMeasured(props: LlmAlarmsProps): void {
    const isGiven = (name: keyof LlmAlarmsProps): boolean =>
      Array.isArray(props[name]) ? props[name].length > 0 : props[name] !== undefined;
    for (const { by, names, cure } of MEASURED) {
      const asked = names.filter(isGiven);
      if (isGiven(by) || asked.length === 0) continue;
      Annotations.of(this).addError(
        `${asked.map((name) => `\`${name}\``).join(', ')} without \`${by}\`: nothing measures what these alarms look at; ${cure}`,
      );
    }
  }
}

/** What somebody has to measure. */
const MEASURED = [
  {
    by: 'meter',
    names: ['fleets', 'monthlyUsd', 'projectedMonthUsd', 'gpuUsdPerHour'],
    cure: 'pass the meter of a SpendGuard',
  },
  {
    by: 'controllers',
    names: ['failedBoots', 'missingReplicas', 'engineFailures', 'interruptions'],
    cure: 'pass the FleetController of the fleets',
  },
] as const;
