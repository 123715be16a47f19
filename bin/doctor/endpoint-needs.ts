/** Which endpoints a config needs in its VPC, and what has to pass them. A test holds both to the constructs. */
import type { Config } from '../../config/schema';

/** What must pass for hosts and routers to work; less than our own endpoints let pass. */
export const NEEDED_ACTIONS = {
  s3: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
  dynamodb: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  'ecr.api': ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  'ecr.dkr': ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  'bedrock-runtime': ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
  'execute-api': ['execute-api:Invoke'],
  secretsmanager: ['secretsmanager:GetSecretValue'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Service = keyof typeof NEEDED_ACTIONS;

export const isGateway = (service: string): boolean => service === 's3' || service === 'dynamodb';

export function neededServices({ lanes, fleets, providers, models, network }: Config): Service[] {
  const hosted = Object.values(fleets).some(({ endpoints }) => endpoints === undefined);
  // The sealed lane reaches no provider.
  const asked = Object.entries(providers).filter(
    ([name]) => lanes.includes('open') && Object.values(models).some(({ provider }) => provider === name),
  );
  const bedrock = asked.some(([name, { baseUrl }]) => name === 'bedrock' && baseUrl === undefined);
  const secrets = asked.some(([, { secret }]) => secret !== undefined);
  return [
    's3',
    'dynamodb',
    'execute-api',
    ...(hosted ? (['ecr.api', 'ecr.dkr'] as const) : []),
    ...(bedrock ? (['bedrock-runtime'] as const) : []),
    // A way out reaches Secrets Manager as it is.
    ...(secrets && network.egress === 'none' ? (['secretsmanager'] as const) : []),
  ];
}
