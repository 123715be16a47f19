/** A call to AWS that failed, as a sentence that says what to do about it. */
import { UsageError } from './command';

const NO_CREDENTIALS = ['CredentialsProviderError', 'ProviderError', 'TokenProviderError'];
const NOT_TAKEN = [
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'AuthFailure',
];
const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'];
const NO_WAY = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', 'ConnectionLost', 'TimeoutError'];

/**
 * `what` failed, such as "cannot read the table x"; `permission` is the IAM action it needs. Errors that are nobody's
 * fault but ours come back as they are.
 */
export function awsMistake(error: unknown, what: string, permission: string): unknown {
  if (!(error instanceof Error)) return error;
  const names = [error.name, (error as NodeJS.ErrnoException).code ?? '', (error as { type?: string }).type ?? ''];
  const is = (list: readonly string[]): boolean => names.some((name) => list.includes(name));
  if (is(NO_CREDENTIALS)) {
    return new UsageError(
      `${what}: no AWS credentials; log in (\`aws sso login\`, \`aws configure\`) or set AWS_PROFILE`,
    );
  }
  if (is(NOT_TAKEN))
    return new UsageError(`${what}: AWS does not take these credentials (${error.name}); log in again`);
  if (is(DENIED)) return new UsageError(`${what}: access denied; your login needs ${permission} on it`);
  if (is(NO_WAY))
    return new UsageError(`${what}: AWS cannot be reached (${names.find((name) => NO_WAY.includes(name))})`);
  return error;
}
