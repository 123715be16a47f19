import { Annotations, Duration, type RemovalPolicy, Token } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ControllerFunction } from './controller-function';
import type { IControlledFleet } from './i-controlled-fleet';
import { STREAM_FILTERS } from './stream-filters';

export interface FleetControllerProps {
  /** Fleets of one deployment, all in one fleet table. */
  readonly fleets: IControlledFleet[];

  /**
   * How long the controller's log is kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What becomes of the log with the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Decides how many GPU hosts there are: the only writer of the groups' desired capacity.
 *
 * Wakes and scales the fleets, backs spot with on-demand instances and goes back, replaces hosts that are interrupted, at
 * risk, outdated or dead, ends idle ones after their last request, and keeps to the maximum of both groups together.
 *
 * **Creates** one function for all its fleets, called once a minute, by the groups' events, and by the fleet table's
 * stream (filtered: no heartbeat passes); a role and a log group. Events that failed
 * are kept nowhere: the next minute looks at everything.
 *
 * **Costs per month** (us-east-1): $0.60 for a look a minute and the table's reads, more while requests wait; and for each
 * fleet that is awake all month $1.50 for five metrics, see `FleetMetrics`.
 *
 * **Limitations**
 * - The maximum needs room beyond what load needs, or nothing can be replaced before it goes, and on-demand instances
 *   that stand in for spot stay until the fleet sleeps.
 * - `idleMinutes` has to be known at synth.
 * - Fleets in one table have one controller.
 *
 * ```ts
 * const fleetTable = new FleetTable(this, 'Fleets');
 * const fleet = new VllmFleet(this, 'small', { network, modelStore, model: 'Qwen/Qwen3-8B', instanceTypes: ['g6e.xlarge'], fleetTable });
 * new FleetController(this, 'Controller', { fleets: [fleet] });
 * ```
 */
export class FleetController extends Construct {
  /** For alarms on it. */
  readonly function: lambda.IFunction;
  /** Fleets that it controls, and whose metrics it publishes. */
  readonly fleetNames: string[];

  constructor(scope: Construct, id: string, props: FleetControllerProps) {
    super(scope, id);
    const [first] = props.fleets;
    if (first === undefined) throw new Error(`${this.node.path}: fleets expected one at least, got none`);
    const { fleetTable: table, deployment } = first;
    this.fleetNames = props.fleets.map(({ fleetName }) => fleetName);
    for (const mistake of mistakesIn(props.fleets, table)) Annotations.of(this).addError(mistake);

    const controller = new ControllerFunction(this, 'Function', {
      deployment,
      table,
      fleets: props.fleets,
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      ...(props.removalPolicy !== undefined && { removalPolicy: props.removalPolicy }),
    });
    this.function = controller.function;
    this.listen(controller.function, table);
    this.newRule(controller.function, deployment, props.fleets);
  }

  /**
   * One bad record must not stop a shard for a day: few tries, halved batches, nothing older than a minute.
   *
   * What failed goes nowhere. An event only says when to look; what is to be seen is still there in the next minute, and
   * nobody would ever have a use for the event itself. That looks fail is what the alarm on the function's errors says,
   * and why they do is in its log.
   */
  private listen(handler: lambda.Function, table: dynamodb.ITable): void {
    if (table.tableStreamArn === undefined) {
      Annotations.of(this).addError(
        'the fleet table has no stream that is known here: expected a `FleetTable`, or a table from `fromTableAttributes` with tableStreamArn',
      );
      return;
    }
    // Lambda checks what the role may do when this is made: its statements stand in it, so they are there.
    new lambda.EventSourceMapping(this, 'Stream', {
      target: handler,
      eventSourceArn: table.tableStreamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxRecordAge: Duration.minutes(1),
      retryAttempts: 2,
      bisectBatchOnError: true,
      filters: STREAM_FILTERS.map((pattern) => ({ pattern: JSON.stringify(pattern) })),
    });
  }

  /** One rule: what the groups tell of launches, ends and open hooks, and once a minute in any case. */
  private newRule(handler: lambda.Function, deployment: string, fleets: readonly IControlledFleet[]): void {
    new events.Rule(this, 'Rule', {
      description: `Lets the fleet controller of ${deployment} look: once a minute, and when a group launches or ends a host.`,
      schedule: events.Schedule.rate(Duration.minutes(1)),
      eventPattern: {
        source: ['aws.autoscaling'],
        detail: {
          AutoScalingGroupName: fleets.flatMap(({ spotGroup, onDemandGroup }) => [spotGroup.ref, onDemandGroup.ref]),
        },
      },
      targets: [new targets.LambdaFunction(handler, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}

function mistakesIn(fleets: readonly IControlledFleet[], table: dynamodb.ITable): string[] {
  return fleets.flatMap(({ fleetName, fleetTable, scaling, deployment }) => [
    ...(fleetTable === table
      ? []
      : [`fleets expected one table for all, got another of ${fleetName}; give it its own controller`]),
    ...(deployment === fleets[0]?.deployment
      ? []
      : [`fleets expected one deployment, got ${deployment} of ${fleetName}; give it its own controller and table`]),
    ...(Token.isUnresolved(scaling.idleMinutes)
      ? [`${fleetName}: idleMinutes expected a number that is known at synth, got a token; write the number`]
      : []),
  ]);
}
