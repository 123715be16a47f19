import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';

/** AWS services that publish to a topic by its policy, and the word for each in a statement's `Sid`. */
const PUBLISHERS = {
  'cloudwatch.amazonaws.com': 'Alarms',
  'budgets.amazonaws.com': 'Budgets',
} as const;

export type Publisher = keyof typeof PUBLISHERS;

/**
 * Lets an AWS service of this account publish to the topic. A topic without a policy has a default one that admits alarms;
 * the first statement that anybody adds replaces it, and then alarms fail without a word. So whoever adds one admits them.
 *
 * @returns `false`: the topic is not of this app, so its policy is not ours to change
 */
export function admitPublisher(topic: sns.ITopic, service: Publisher): boolean {
  const { statementAdded } = topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: `${PUBLISHERS[service]}OfThisAccount`,
      principals: [new iam.ServicePrincipal(service)],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  return statementAdded;
}
