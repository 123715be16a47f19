/** Calls of the AWS services that speak JSON (DynamoDB, Secrets Manager and others), with a bounded number of retries. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CredentialsProvider, environmentCredentials } from './credentials';
import { AwsError, isPassing } from './errors';
import { type AwsResponse, type Send, signedSender } from './send';

export interface JsonService {
  /** In the endpoint's name and in the signature, such as `dynamodb`. */
  readonly name: string;
  /** Before the operation in `x-amz-target`. */
  readonly target: string;
  readonly jsonVersion: '1.0' | '1.1';
  /** The variable that names another endpoint for this service. */
  readonly endpointVariable: string;
}

export interface ClientOptions {
  /** @default - `AWS_REGION`, which Lambda sets */
  readonly region?: string;
  /** @default - from the environment */
  readonly credentials?: CredentialsProvider;
  /** @default - the service's own variable, `AWS_ENDPOINT_URL`, or the region's endpoint */
  readonly endpoint?: string;
  /** One try. @default 1000 */
  readonly attemptMs?: number;
  /** All tries and the pauses between them. @default 3000 */
  readonly limitMs?: number;
}

/** Rejects with an `AwsError` when tries or time are used up. */
export type Call = <Output>(operation: string, input: object) => Promise<Output>;

const MOST_TRIES = 4;
const FIRST_PAUSE_MS = 25;

/**
 * A call whose answer was lost is sent again though it may have been done: whoever asks for something that must not be
 * done twice has to make it conditional, or to live with it.
 */
export function jsonCalls(service: JsonService, options: ClientOptions): Call {
  const { credentials = environmentCredentials(), attemptMs = 1_000, limitMs = 3_000 } = options;
  const region = options.region ?? process.env['AWS_REGION'];
  if (region === undefined) throw new Error('no AWS region: AWS_REGION is not set');
  const url = new URL(options.endpoint ?? endpointOf(service, region));
  const send = signedSender(service.name, region, credentials);
  return async <Output>(operation: string, input: object): Promise<Output> => {
    const endsMs = performance.now() + limitMs;
    const body = JSON.stringify(input);
    for (let tries = 1, lost = false; ; tries++) {
      const leftMs = endsMs - performance.now();
      try {
        return await once<Output>(send, service, url, operation, body, Math.min(attemptMs, leftMs), lost);
      } catch (error) {
        if (!(error instanceof AwsError) || !isPassing(error) || tries === MOST_TRIES) throw error;
        // A kept connection that died unseen fails at once; a new one need not wait.
        const pauseMs = error.status === null && !lost ? 0 : Math.random() * FIRST_PAUSE_MS * 2 ** tries;
        if (performance.now() + pauseMs >= endsMs) throw error;
        lost = error.status === null;
        await sleep(pauseMs);
      }
    }
  };
}

async function once<Output>(
  send: Send,
  { target, jsonVersion }: JsonService,
  url: URL,
  operation: string,
  body: string,
  limitMs: number,
  newConnection: boolean,
): Promise<Output> {
  const headers = { 'content-type': `application/x-amz-json-${jsonVersion}`, 'x-amz-target': `${target}.${operation}` };
  const response = await send({ method: 'POST', url, headers, body, limitMs, newConnection });
  const answer = parsed(response);
  if (response.status === 200) return answer as Output;
  throw errorIn(response, answer, operation);
}

function parsed({ status, body }: AwsResponse): Record<string, unknown> {
  try {
    return JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>;
  } catch {
    // What stands before an endpoint answers in HTML when it is unwell.
    throw new AwsError('InvalidResponse', `status ${status} with a body that is no JSON`, status < 500 ? 500 : status);
  }
}

function errorIn({ status, headers }: AwsResponse, answer: Record<string, unknown>, operation: string): AwsError {
  const named = textOf(answer['__type']) ?? textOf(headers['x-amzn-errortype']) ?? `Status${status}`;
  const type = /([^#:]+)(:|$)/.exec(named)?.[1] ?? named;
  const message = textOf(answer['message']) ?? textOf(answer['Message']) ?? type;
  return new AwsError(type, `${operation}: ${message}`, status, answer);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function endpointOf({ name, endpointVariable }: JsonService, region: string): string {
  const set = process.env[endpointVariable] || process.env['AWS_ENDPOINT_URL'];
  if (set) return set;
  return `https://${name}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
