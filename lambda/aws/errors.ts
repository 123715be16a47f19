/** What AWS refused or did not answer. */

export class AwsError extends Error {
  constructor(
    /** As the service names it, such as `ConditionalCheckFailedException`, or one of `Unanswered`. */
    readonly type: string,
    message: string,
    /** `null`: there was no answer. */
    readonly status: number | null,
    /** The whole answer; some errors carry more than a message. */
    readonly answer: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = type;
  }
}

/** No answer, or none in time. The service may have done what it was asked. */
export type Unanswered = 'ConnectionLost' | 'TimeoutError';

/** Sources: DynamoDB developer guide, "Error handling"; the services' lists of common errors. */
const THROTTLED: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);

/** Whether the same call may succeed a moment later. */
export const isPassing = ({ type, status }: AwsError): boolean =>
  status === null || status >= 500 || THROTTLED.has(type);
