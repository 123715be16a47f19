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

export interface AwsFault {
  /** `refused`: AWS answered, and it was none of the others. */
  readonly kind: 'no-credentials' | 'not-taken' | 'denied' | 'no-way' | 'refused';
  readonly name: string;
  readonly message: string;
}

/** `null`: it did not come from a call to AWS. */
export function awsFault(error: unknown): AwsFault | null {
  if (!(error instanceof Error)) return null;
  const names = [error.name, (error as NodeJS.ErrnoException).code ?? '', (error as { type?: string }).type ?? ''];
  const fault = (kind: AwsFault['kind'], name = error.name): AwsFault => ({ kind, name, message: error.message });
  const oneOf = (list: readonly string[]): string | undefined => names.find((name) => list.includes(name));
  if (oneOf(NO_CREDENTIALS) !== undefined) return fault('no-credentials');
  if (oneOf(NOT_TAKEN) !== undefined) return fault('not-taken');
  if (oneOf(DENIED) !== undefined) return fault('denied');
  const noWay = oneOf(NO_WAY);
  if (noWay !== undefined) return fault('no-way', noWay);
  return '$metadata' in error ? fault('refused') : null;
}

/**
 * `what` failed, such as "cannot read the table x"; `permission` is the IAM action it needs. Errors that are nobody's
 * fault but ours come back as they are.
 */
export function awsMistake(error: unknown, what: string, permission: string): unknown {
  const fault = awsFault(error);
  switch (fault?.kind) {
    case 'no-credentials':
      return new UsageError(
        `${what}: no AWS credentials; log in (\`aws sso login\`, \`aws configure\`) or set AWS_PROFILE`,
      );
    case 'not-taken':
      return new UsageError(`${what}: AWS does not take these credentials (${fault.name}); log in again`);
    case 'denied':
      return new UsageError(`${what}: access denied; your login needs ${permission} on it`);
    case 'no-way':
      return new UsageError(`${what}: AWS cannot be reached (${fault.name})`);
    case 'refused':
    case undefined:
      return error;
  }
}
