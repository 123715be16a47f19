import * as budgets from 'aws-cdk-lib/aws-budgets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * A budget on the account's whole AWS bill of a month that tells a topic when a share of it is reached. Without a filter: one
 * by tag sees nothing until somebody activates the tag for billing.
 *
 * @param percents of the budget, each told once a month
 */
export function monthlyBudget(
  scope: Construct,
  id: string,
  monthlyUsd: number,
  percents: readonly number[],
  topic: sns.ITopic,
): budgets.CfnBudget {
  return new budgets.CfnBudget(scope, id, {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyUsd, unit: 'USD' },
    },
    notificationsWithSubscribers: percents.map((threshold) => ({
      notification: {
        notificationType: 'ACTUAL',
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
    })),
  });
}
