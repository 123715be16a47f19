/** Who signs: asked before every call, since credentials of a role change while a process runs. */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Keeps what it fetches itself: it is asked once a call. The providers of the AWS SDK have the same shape. */
export type CredentialsProvider = () => Credentials | Promise<Credentials>;

type Environment = Readonly<Record<string, string | undefined>>;

/** From the variables that Lambda sets. Throws where they are missing. */
export function environmentCredentials(env: Environment = process.env): CredentialsProvider {
  return () => {
    const accessKeyId = env['AWS_ACCESS_KEY_ID'];
    const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
    const sessionToken = env['AWS_SESSION_TOKEN'];
    if (!accessKeyId || !secretAccessKey) throw new CredentialsMissing();
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  };
}

export class CredentialsMissing extends Error {
  override readonly name = 'CredentialsProviderError';

  constructor() {
    super('no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  }
}
