/** The caller's AWS login: whatever the AWS CLI would use. */
import type { CredentialsProvider } from '../../lambda/aws/credentials';

/** Loads the SDK's chain only when it is called: environment, SSO, profile, process, container, instance. */
export async function awsLogin(): Promise<CredentialsProvider> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}
