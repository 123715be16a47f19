import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';

/** AWS services that publish to a topic by its policy, and the word for each in a statement's `Sid`. */
const PUBLISHERS = {
  'cloudwatch.amazonaws.com': 'Alarms',
  'budgets.amazonaws.com': 'Budgets',
} as const;

export type Publisher = keyof typeof PUBLISHERS;

/** `topic-from-elsewhere`: and no key of its own is known. The default policy of a topic admits alarms of its account. */
export type Admission = 'admitted' | 'topic-from-elsewhere' | 'key-from-elsewhere';

/**
 * Lets an AWS service of this account publish to the topic. A topic without a policy has a default one that admits alarms;
 * the first statement that anybody adds replaces it, and then alarms fail without a word. So whoever adds one admits them.
 *
 * A topic that is encrypted with a key of yours drops what they say just as silently, unless the key admits them too.
 *
 * A policy of a topic or key that is not of this app is not ours to change.
 */
export function admitPublisher(topic: sns.ITopic, service: Publisher): Admission {
  const admit = (actions: string[], resource: string) =>
    new iam.PolicyStatement({
      sid: `${PUBLISHERS[service]}OfThisAccount`,
      principals: [new iam.ServicePrincipal(service)],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    });
  const byTopic = topic.addToResourcePolicy(admit(['sns:Publish'], topic.topicArn));
  // In a key's policy `*` is the key itself.
  const byKey = topic.masterKey?.addToResourcePolicy(admit(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'));
  if (byKey?.statementAdded === false) return 'key-from-elsewhere';
  return byTopic.statementAdded ? 'admitted' : 'topic-from-elsewhere';
}
