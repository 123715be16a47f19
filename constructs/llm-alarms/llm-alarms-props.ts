import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { FleetController } from '../vllm-fleet/fleet-controller';
import type { AlarmThreshold } from './alarm-threshold';

export interface LlmAlarmsProps {
  /** The deployment's name, as the router and the meter have it. */
  readonly deployment: string;

  /** Lanes of the router: `open`, `sealed` or both. */
  readonly lanes: string[];

  /**
   * Logical names of the fleets that a `SpendGuard` meters.
   *
   * @default - none
   */
  readonly fleets?: string[];

  /**
   * The spend guard's meter, so that it is missed when it does not run.
   *
   * @default - nobody meters, and there are no alarms on spend and fleets
   */
  readonly meter?: lambda.IFunction;

  /**
   * Controllers of the fleets, so that they are missed when they do not run, and for what they say of their fleets.
   *
   * @default - none, and no alarms on boots, missing replicas, engines and interruptions
   */
  readonly controllers?: FleetController[];

  /**
   * Whom the alarms tell, when they ring and when it is over.
   *
   * @default - nobody, which is a warning
   */
  readonly topics?: sns.ITopic[];

  /**
   * States that alarms need tell nobody, and silences the warning.
   *
   * @default false
   */
  readonly acknowledgeNoActions?: boolean;

  /**
   * Address of what to do when an alarm rings. It becomes part of every notification.
   *
   * @default - none
   */
  readonly runbookUrl?: string;

  /**
   * Streamed answers that 15 minutes must have before their percentile counts.
   *
   * @default 20
   */
  readonly minSamples?: number;

  /**
   * Milliseconds within which 95 of 100 streamed answers should have begun, over 15 minutes.
   *
   * @default 1500
   */
  readonly timeToFirstTokenP95Ms?: number;

  /**
   * The same at several severities, by the severity's name; `{}`: none.
   *
   * @default - `warning` at `timeToFirstTokenP95Ms`
   */
  readonly timeToFirstToken?: { [severity: string]: AlarmThreshold };

  /**
   * Per cent of the requests of 15 minutes that failed or broke off, by severity. Fewer than three failures do not count.
   *
   * @default - `warning` above 5
   */
  readonly errorRate?: { [severity: string]: AlarmThreshold };

  /**
   * Answers that broke off within 15 minutes, by severity.
   *
   * @default - `warning` above 2
   */
  readonly truncatedStreams?: { [severity: string]: AlarmThreshold };

  /**
   * Requests of 15 minutes that waited for a replica longer than three minutes, by severity.
   *
   * @default - `warning` above 2
   */
  readonly longHolds?: { [severity: string]: AlarmThreshold };

  /**
   * Boots of a fleet's hosts that failed within 15 minutes, by severity; needs the controller.
   *
   * @default - `warning` above 0
   */
  readonly failedBoots?: { [severity: string]: AlarmThreshold };

  /**
   * Replicas of a fleet that were wanted and did not answer, at all times of 30 minutes, by severity; needs the controller.
   *
   * @default - `warning` above 0
   */
  readonly missingReplicas?: { [severity: string]: AlarmThreshold };

  /**
   * Engines of a fleet that hung or ended within 15 minutes after they had served, by severity; needs the controller.
   *
   * @default - `warning` above 0
   */
  readonly engineFailures?: { [severity: string]: AlarmThreshold };

  /**
   * Spot instances of a fleet that EC2 took back within an hour, by severity; needs the controller.
   *
   * @default - `warning` above 2
   */
  readonly interruptions?: { [severity: string]: AlarmThreshold };

  /**
   * Budget of a month in US dollars: an alarm rings when the projection is above it.
   *
   * @default - no budget
   */
  readonly monthlyUsd?: number;

  /**
   * US dollars that a month may come to by the projection, by severity; needs the meter.
   *
   * @default - `warning` above `monthlyUsd`
   */
  readonly projectedMonthUsd?: { [severity: string]: AlarmThreshold };

  /**
   * US dollars an hour that all GPU hosts together may cost, by severity; needs the meter.
   *
   * @default - no bound
   */
  readonly gpuUsdPerHour?: { [severity: string]: AlarmThreshold };
}
