import * as budgets from 'aws-cdk-lib/aws-budgets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import budgetRegions from './budget-regions.json';

/**
 * Whether CloudFormation can make a budget in a region. AWS Budgets is one service for the whole account, and a stack in
 * some regions does not know the resource type: its deployment fails as a whole. A region that is not known may have it.
 */
export const hasBudgets = (region: string): boolean => !budgetRegions.regionsWithout.includes(region);

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
