/** Secrets Manager by signed calls. */
import { type ClientOptions, jsonCalls } from './json-service';

/** The text of a secret by its ARN or name; `null`: it holds bytes. Rejects with an `AwsError`. */
export type GetSecret = (id: string) => Promise<string | null>;

export function secretsManager(options: ClientOptions = {}): GetSecret {
  const call = jsonCalls(
    {
      name: 'secretsmanager',
      target: 'secretsmanager',
      jsonVersion: '1.1',
      endpointVariable: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    },
    options,
  );
  return async (id) => {
    const { SecretString } = await call<{ SecretString?: string }>('GetSecretValue', { SecretId: id });
    return SecretString ?? null;
  };
}
