/** The account by the AWS SDK. Each client is loaded when something is asked of it, and no call changes anything. */
import type { Account } from './account';
import { ec2Hosts, ec2Network } from './sdk-ec2';
import { type Settings, ifThere } from './sdk-settings';

export function sdkAccount(settings: Settings): Account {
  return {
    quotas: { quota: (service, code) => quota(settings, service, code) },
    functions: { concurrency: () => concurrency(settings) },
    hosts: ec2Hosts(settings),
    network: ec2Network(settings),
    bedrock: { access: (modelId) => modelAccess(settings, modelId) },
    secrets: { secret: (name) => secret(settings, name) },
    registry: { hasImage: (...image) => hasImage(settings, ...image) },
    parameters: { parameter: (name) => parameter(settings, name) },
    roles: { hasRole: (name) => hasRole(settings, name) },
  };
}

async function quota(settings: Settings, ServiceCode: string, QuotaCode: string): Promise<number | null> {
  const sdk = await import('@aws-sdk/client-service-quotas');
  const client = new sdk.ServiceQuotasClient(settings);
  const asked = { ServiceCode, QuotaCode };
  // One that was never raised may have no value of its own.
  const own = await ifThere(['NoSuchResourceException'], () => client.send(new sdk.GetServiceQuotaCommand(asked)));
  if (own?.Quota?.Value !== undefined) return own.Quota.Value;
  const byDefault = await ifThere(['NoSuchResourceException'], () =>
    client.send(new sdk.GetAWSDefaultServiceQuotaCommand(asked)),
  );
  return byDefault?.Quota?.Value ?? null;
}

async function concurrency(settings: Settings): Promise<{ limit: number; unreserved: number }> {
  const { GetAccountSettingsCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const { AccountLimit } = await new LambdaClient(settings).send(new GetAccountSettingsCommand({}));
  const limit = AccountLimit?.ConcurrentExecutions ?? 0;
  return { limit, unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? limit };
}

async function modelAccess(settings: Settings, modelId: string): ReturnType<Account['bedrock']['access']> {
  const { BedrockClient, GetFoundationModelAvailabilityCommand } = await import('@aws-sdk/client-bedrock');
  const client = new BedrockClient(settings);
  // It answers an unknown name as a wrong one.
  const found = await ifThere(['ResourceNotFoundException', 'ValidationException'], () =>
    client.send(new GetFoundationModelAvailabilityCommand({ modelId })),
  );
  return (
    found && {
      region: found.regionAvailability === 'AVAILABLE',
      agreement: found.agreementAvailability?.status === 'AVAILABLE',
      entitlement: found.entitlementAvailability === 'AVAILABLE',
      authorization: found.authorizationStatus === 'AUTHORIZED',
    }
  );
}

async function secret(settings: Settings, SecretId: string): ReturnType<Account['secrets']['secret']> {
  const { DescribeSecretCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient(settings);
  const found = await ifThere(['ResourceNotFoundException'], () =>
    client.send(new DescribeSecretCommand({ SecretId })),
  );
  return (
    found && {
      isDeleted: found.DeletedDate !== undefined,
      hasValue: Object.values(found.VersionIdsToStages ?? {}).some((stages) => stages.includes('AWSCURRENT')),
    }
  );
}

/** Asked as a host asks that pulls it. */
async function hasImage(
  settings: Settings,
  registryId: string,
  repositoryName: string,
  reference: string,
): Promise<boolean> {
  const { BatchGetImageCommand, ECRClient } = await import('@aws-sdk/client-ecr');
  const imageIds = [reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference }];
  const found = await ifThere(['RepositoryNotFoundException'], () =>
    new ECRClient(settings).send(new BatchGetImageCommand({ registryId, repositoryName, imageIds })),
  );
  return (found?.images ?? []).length > 0;
}

async function parameter(settings: Settings, Name: string): Promise<string | null> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(settings);
  const found = await ifThere(['ParameterNotFound'], () => client.send(new GetParameterCommand({ Name })));
  return found?.Parameter?.Value ?? null;
}

async function hasRole(settings: Settings, RoleName: string): Promise<boolean> {
  const { GetRoleCommand, IAMClient } = await import('@aws-sdk/client-iam');
  const client = new IAMClient(settings);
  const found = await ifThere(['NoSuchEntity', 'NoSuchEntityException'], () =>
    client.send(new GetRoleCommand({ RoleName })),
  );
  return found !== null;
}
