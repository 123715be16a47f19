import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { fleetTableVariable } from '../../lib/plan/environment';
import { KILL_STAGE_FORM, readKillStage } from '../../lib/spend/kill-switch';
import { admitPublisher } from '../llm-alarms/admit-publisher';
import { LedgerTable } from '../llm-router/ledger-table';
import { SpendMetrics } from '../metrics/spend-metrics';
import type { MeteredFleet } from './metered-fleet';
import { MeterFunction } from './meter-function';
import { hasBudgets, monthlyBudget } from './monthly-budget';
import type { SpendGuardProps } from './spend-guard-props';

/** How often the meter runs. */
const METER_EVERY = Duration.minutes(5);

/**
 * Counts what GPU hosts cost beside what tokens cost, every five minutes, and watches the account's AWS bill.
 *
 * Creates a function on a schedule that finds the deployment's hosts by their tags, prices them (spot by the live market, on
 * demand by the catalogue), adds their dollars to the ledger's month, frees reservations that nobody settled, and publishes
 * ready replicas, hosts, dollars per hour, spend and projection of the month. With `killSwitch` it tells the fleets'
 * controller when the month's spend reaches a stage. With `monthlyUsd` also an AWS budget, and a topic for it unless one is
 * given. Without `ledger` also a ledger table.
 *
 * Costs per month about $0.15 for the function and its calls, and $0.30 for each of the metrics: five and four a fleet. The
 * first two budgets of an account are free.
 *
 * Limitations:
 * - AWS Budgets lags by up to a day and sees the AWS bill alone, all of it, and nothing of what providers charge. It is the
 *   late backstop; the router's own caps hold at once, and fleets hear within five minutes.
 * - On-demand prices are the catalogue's, of us-east-1: elsewhere they are an estimate. Volumes and data transfer are not
 *   metered, savings plans and free first hours of interrupted spot hosts not deducted.
 * - In some regions CloudFormation does not know AWS budgets (`budget-regions.json`): there a warning says so, and there is
 *   none, nor a topic for it.
 * - A new topic has no subscribers.
 *
 * ```ts
 * const guard = new SpendGuard(this, 'SpendGuard', {
 *   deployment: 'acme-llm',
 *   monthlyUsd: 2000,
 *   killSwitch: ['notify@80', 'closed-off@100', 'clamp@110', 'zero@120'],
 * });
 * guard.topic?.addSubscription(new subscriptions.EmailSubscription('oncall@acme.example'));
 * ```
 */
export class SpendGuard extends Construct {
  /** Where the month's spend stands: what tokens cost, by the router, and what GPU hosts cost, by the meter. */
  readonly ledger: dynamodb.ITable;

  /** For alarms on it. */
  readonly meter: lambda.IFunction;

  /** Whom AWS Budgets tells; absent without a budget. */
  readonly topic?: sns.ITopic;

  private readonly metrics: SpendMetrics;

  constructor(scope: Construct, id: string, props: SpendGuardProps) {
    super(scope, id);
    const { deployment, fleets = [], removalPolicy, monthlyUsd, killSwitch = [] } = props;
    this.checkFleets(fleets);
    const isValid = this.checkBudget(props);
    this.metrics = new SpendMetrics(deployment);
    const kept = removalPolicy === undefined ? {} : { removalPolicy };
    this.ledger = props.ledger ?? new LedgerTable(this, 'Ledger', kept);
    const meter = new MeterFunction(this, 'Meter', {
      deployment,
      ledger: this.ledger,
      fleets,
      ...(isValid && monthlyUsd !== undefined && killSwitch.length > 0
        ? { killSwitch: { monthlyUsd, stages: killSwitch } }
        : {}),
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      ...kept,
    });
    this.meter = meter.function;
    new events.Rule(this, 'Schedule', {
      description: `Runs the spend meter of ${deployment}.`,
      schedule: events.Schedule.rate(METER_EVERY),
      targets: [new targets.LambdaFunction(meter.function)],
    });
    const topic = isValid && monthlyUsd !== undefined ? this.addBudget(props, monthlyUsd) : undefined;
    if (topic !== undefined) this.topic = topic;
  }

  /** US dollars of this month so far, tokens and GPUs. */
  metricSpendMonthUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.spendMonthUsd(options);
  }

  /** US dollars that the month comes to if it goes on as it has so far. */
  metricProjectedMonthUsd(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.projectedMonthUsd(options);
  }

  /** US dollars an hour of all GPU hosts together. */
  metricGpuUsdPerHour(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.gpuUsdPerHour(options);
  }

  /** `false`: an error says what is wrong. */
  private checkBudget({ monthlyUsd, killSwitch = [] }: SpendGuardProps): boolean {
    const wrong = killSwitch.filter((stage) => readKillStage(stage) === null);
    const errors = [
      ...(wrong.length > 0
        ? [`killSwitch: got ${wrong.map((stage) => `"${stage}"`).join(', ')}; expected ${KILL_STAGE_FORM}`]
        : []),
      ...(monthlyUsd === undefined && killSwitch.length > 0
        ? ['killSwitch without monthlyUsd: its stages are shares of a budget; add monthlyUsd']
        : []),
      ...(monthlyUsd !== undefined && !Token.isUnresolved(monthlyUsd) && !(monthlyUsd > 0)
        ? [`monthlyUsd: got ${monthlyUsd}; expected US dollars above 0, or leave it out`]
        : []),
    ];
    for (const message of errors) this.error(message);
    return errors.length === 0;
  }

  private addBudget(
    { deployment, killSwitch = [], topic: given }: SpendGuardProps,
    monthlyUsd: number,
  ): sns.ITopic | undefined {
    const { region } = Stack.of(this);
    if (!hasBudgets(region)) {
      Annotations.of(this).addWarningV2(
        'cdk-hybrid-llm:SpendGuard.noBudgetInRegion',
        `monthlyUsd: CloudFormation cannot make an AWS budget in ${region}, so there is none; meter, alarms and the router's caps hold all the same; for the late backstop make the budget by hand (AWS Budgets is one service for the whole account) or in a stack in another region`,
      );
      return given;
    }
    const topic = given ?? new sns.Topic(this, 'Topic', { displayName: `Spend of ${deployment}`, enforceSSL: true });
    if (admitPublisher(topic, 'budgets.amazonaws.com') !== 'admitted') {
      Annotations.of(this).addWarningV2(
        'cdk-hybrid-llm:SpendGuard.topicPolicy',
        'the topic or its key is not of this app, so its policy is left alone: it has to admit budgets.amazonaws.com (sns:Publish; of a key kms:Decrypt and kms:GenerateDataKey*), or AWS Budgets tells nobody',
      );
    }
    admitPublisher(topic, 'cloudwatch.amazonaws.com');
    const told = new Set(
      killSwitch.length === 0 ? [100] : killSwitch.flatMap((stage) => readKillStage(stage)?.percent ?? []),
    );
    monthlyBudget(this, 'Budget', monthlyUsd, [...told], topic);
    return topic;
  }

  /** Two names must not end in one environment variable. */
  private checkFleets(fleets: readonly MeteredFleet[]): void {
    const byVariable = new Map<string, string>();
    for (const { name } of fleets) {
      const variable = fleetTableVariable(name);
      const other = byVariable.get(variable);
      if (other !== undefined)
        this.error(`fleets: got "${other}" and "${name}", which are one name in ${variable}; rename one`);
      byVariable.set(variable, name);
    }
  }

  private error(message: string): void {
    Annotations.of(this).addError(message);
  }
}
