import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { fleetWidgets } from './fleet-widgets';
import { laneWidgets } from './lane-widgets';
import { spendWidgets } from './spend-widgets';

export interface LlmDashboardProps {
  /** The deployment's name, as the router and the meter have it. */
  readonly deployment: string;

  /** Lanes of the router: `open`, `sealed` or both. */
  readonly lanes: string[];

  /**
   * Logical names of the fleets that a `SpendGuard` meters and a `FleetController` controls.
   *
   * @default - none
   */
  readonly fleets?: string[];

  /**
   * Alarms whose states stand at the top, such as `LlmAlarms.alarms`.
   *
   * @default - none
   */
  readonly alarms?: cloudwatch.IAlarm[];

  /**
   * Milliseconds until the first token that are still good: a line in the graph.
   *
   * @default 1500
   */
  readonly timeToFirstTokenP95Ms?: number;

  /**
   * Budget of a month in US dollars: a line in the graph.
   *
   * @default - no budget
   */
  readonly monthlyUsd?: number;

  /** @default - CloudFormation makes one */
  readonly dashboardName?: string;
}

/**
 * One page for who is on duty: alarms, traffic, latency as the router measures it, failures, spend, fleets.
 *
 * Creates a CloudWatch dashboard. Costs $3 a month; the first three of an account are free.
 *
 * Limitations: graphs of spend and of fleets' hosts are empty without a `SpendGuard`, others of fleets without a
 * `FleetController`.
 *
 * ```ts
 * const dashboard = new LlmDashboard(this, 'Dashboard', { deployment: 'acme-llm', lanes: ['open'], fleets: ['llama-8b'] });
 * ```
 */
export class LlmDashboard extends Construct {
  /** To add widgets of your own to. */
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: LlmDashboardProps) {
    super(scope, id);
    const { deployment, lanes, fleets = [], alarms = [] } = props;
    this.dashboard = new cloudwatch.Dashboard(this, 'Resource', {
      ...(props.dashboardName !== undefined && { dashboardName: props.dashboardName }),
    });
    if (alarms.length > 0) {
      this.dashboard.addWidgets(new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 4 }));
    }
    const goodMs = props.timeToFirstTokenP95Ms ?? 1500;
    for (const lane of lanes) this.dashboard.addWidgets(...laneWidgets(deployment, lane, goodMs));
    this.dashboard.addWidgets(...spendWidgets(deployment, lanes, props.monthlyUsd));
    for (const fleet of fleets) this.dashboard.addWidgets(...fleetWidgets(deployment, fleet));
  }
}
