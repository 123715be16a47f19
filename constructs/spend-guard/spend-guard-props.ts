import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { MeteredFleet } from './metered-fleet';

export interface SpendGuardProps {
  /** The deployment's name: the value of the tag `hybrid-llm:deployment` on its hosts, and a dimension of all metrics. */
  readonly deployment: string;

  /**
   * The table in which the router counts what tokens cost.
   *
   * @default - a new one; hand it to the router, which counts in a table of its own otherwise
   */
  readonly ledger?: dynamodb.ITable;

  /**
   * Fleets whose ready replicas are counted, and whose controller is told the stage of the kill switch. Hosts of all fleets of the deployment are metered, named here or not.
   *
   * @default - none
   */
  readonly fleets?: MeteredFleet[];

  /**
   * Budget of a month in US dollars: of the kill switch, on what the ledger counts, and of an AWS budget, on the account's
   * whole AWS bill. The AWS budget is left out, with a warning, in regions where CloudFormation cannot make one.
   *
   * @default - no AWS budget
   */
  readonly monthlyUsd?: number;

  /**
   * Stages of the kill switch and the per cent of the budget at which each begins, such as `notify@80`.
   *
   * - AWS Budgets tells the topic at each, by the account's bill; `notify` does nothing else.
   * - `closed-off` is the router's: closed models are asked no more. Give the router the same stages.
   * - `clamp` is the fleets': each keeps one replica, or its minimum.
   * - `zero` is both's: no model is asked, and no fleet has a replica.
   *
   * Fleets are told by the meter, within five minutes of the month's spend reaching a stage, and told again when a new month
   * or a larger budget takes it back.
   *
   * @default - the topic is told at 100 per cent, and fleets are told nothing
   */
  readonly killSwitch?: string[];

  /**
   * Whom AWS Budgets tells.
   *
   * @default - a new topic, if there is a budget; subscribe to `topic`
   */
  readonly topic?: sns.ITopic;

  /**
   * How long the meter's log is kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What becomes of the ledger and the log when the stack goes.
   *
   * @default - both are kept
   */
  readonly removalPolicy?: RemovalPolicy;
}
