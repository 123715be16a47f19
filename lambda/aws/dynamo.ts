/** DynamoDB by signed calls: what the router, the host agent and the command line need of it, without a client library. */
import type { Item } from '../../lib/tables/attributes';
import { AwsError } from './errors';
import { type Call, type ClientOptions, jsonCalls } from './json-service';

export interface Dynamo {
  /** `input` as in DynamoDB's API reference. Rejects with an `AwsError`. */
  readonly call: Call;
}

export const dynamo = (options: ClientOptions = {}): Dynamo => ({
  call: jsonCalls(
    {
      name: 'dynamodb',
      target: 'DynamoDB_20120810',
      jsonVersion: '1.0',
      endpointVariable: 'AWS_ENDPOINT_URL_DYNAMODB',
    },
    options,
  ),
});

export const isConditionFailed = (error: unknown): error is AwsError =>
  error instanceof AwsError && error.type === 'ConditionalCheckFailedException';

/** The item as it stood when its condition failed, if `ReturnValuesOnConditionCheckFailure` asked for it. */
export const itemOnFailure = (error: AwsError): Item => (error.answer['Item'] ?? {}) as Item;
