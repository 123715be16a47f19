/** What may pass each VPC endpoint: one row a service. A service without a row gets no endpoint from us. */
import { Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface EndpointPlace {
  readonly scope: Construct;
  /** Account of the registry whose images hosts pull. */
  readonly imageRegistry: () => string;
}

// As `Aws.ACCOUNT_ID`, never `stack.account`: no account number belongs into a template.
const ofThisAccount = { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } };
const byThisAccount = { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } };

type Statement = Required<Pick<iam.PolicyStatementProps, 'sid' | 'actions' | 'resources'>> &
  Pick<iam.PolicyStatementProps, 'conditions'>;
type Policy = (place: EndpointPlace) => Statement[];

const ownBuckets: Statement = {
  sid: 'AnyBucketOfThisAccountAndNoOther',
  actions: [
    's3:AbortMultipartUpload',
    's3:DeleteObject',
    's3:GetBucketLocation',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketMultipartUploads',
    's3:ListMultipartUploadParts',
    's3:PutObject',
  ],
  resources: ['*'],
  conditions: ofThisAccount,
};

/** Read without a signature by every Amazon Linux host: its packages, and the layers behind each image of ECR. */
const bucketsOfAws = (region: string): Statement => ({
  sid: 'PackagesAndImageLayersInBucketsOfAws',
  actions: ['s3:GetObject'],
  resources: [`al2023-repos-${region}-de612dc2`, `prod-${region}-starport-layer-bucket`].map(
    (bucket) => `arn:${Aws.PARTITION}:s3:::${bucket}/*`,
  ),
});

const ownTables: Statement = {
  sid: 'AnyTableOfThisAccountAndNoOther',
  actions: [
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DeleteItem',
    'dynamodb:DescribeTable',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:UpdateItem',
  ],
  resources: ['*'],
  conditions: ofThisAccount,
};

export type GatewayService = 's3' | 'dynamodb';

/** Of the isolated route tables, where hosts install and pull, and of the open lane's, which does neither. */
export const GATEWAY_POLICIES: Readonly<Record<'isolated' | 'open', Readonly<Record<GatewayService, Policy>>>> = {
  isolated: { s3: ({ scope }) => [ownBuckets, bucketsOfAws(Stack.of(scope).region)], dynamodb: () => [ownTables] },
  open: { s3: () => [ownBuckets], dynamodb: () => [ownTables] },
};

const pullImages: Policy = ({ scope, imageRegistry }) => [
  { sid: 'GetAuthorizationTokenExistsOnlyOnStar', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
  {
    sid: 'ReadAnyImageOfThisRegistryAndNoOther',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: [arn('ecr', scope, imageRegistry(), 'repository/*')],
  },
];

export type InterfaceService = 'bedrock-runtime' | 'ecr.api' | 'ecr.dkr' | 'execute-api' | 'secretsmanager';

export const INTERFACE_POLICIES: Readonly<Record<InterfaceService, Policy>> = {
  'bedrock-runtime': () => [
    {
      sid: 'AnyModelThatTheCallersOwnRoleAllows',
      actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      resources: ['*'],
      conditions: byThisAccount,
    },
  ],
  'ecr.api': pullImages,
  'ecr.dkr': pullImages,
  // Callers with a bearer token are anonymous here: a condition on the principal would answer each of them with 403.
  'execute-api': ({ scope }) => [
    {
      sid: 'AnyApiOfThisAccountAndRegionAndNoOther',
      actions: ['execute-api:Invoke'],
      resources: [arn('execute-api', scope, Aws.ACCOUNT_ID, '*')],
    },
  ],
  secretsmanager: ({ scope }) => [
    {
      sid: 'AnySecretThatTheCallersOwnRoleAllows',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [arn('secretsmanager', scope, Aws.ACCOUNT_ID, 'secret:*')],
      conditions: byThisAccount,
    },
  ],
};

export const isInterfaceService = (service: string): service is InterfaceService =>
  Object.hasOwn(INTERFACE_POLICIES, service);

export function statementsOf(policy: Policy, place: EndpointPlace): iam.PolicyStatement[] {
  return policy(place).map(
    (statement) => new iam.PolicyStatement({ ...statement, principals: [new iam.StarPrincipal()] }),
  );
}

const arn = (service: string, scope: Construct, account: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Stack.of(scope).region}:${account}:${resource}`;
