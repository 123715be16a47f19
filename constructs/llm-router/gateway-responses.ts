/** What API Gateway says by itself, in the shape that OpenAI's clients read, with the router's codes where it has one. */
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { ERRORS, type ErrorCode } from '../../lib/policy/errors';

interface GatewayAnswer {
  readonly type: apigateway.ResponseType;
  readonly code: ErrorCode;
  /** `false`: a default of many statuses, which stay as they are. */
  readonly ownStatus: boolean;
  /** Without `$` and `#`, which a template would read. */
  readonly message: string;
  readonly headers?: { [name: string]: string };
}

const { ResponseType } = apigateway;

const ANSWERS: readonly GatewayAnswer[] = [
  {
    type: ResponseType.DEFAULT_4XX,
    code: 'invalid_request',
    ownStatus: false,
    message: 'the gateway refused the request: check its method, its path and its headers',
  },
  {
    type: ResponseType.DEFAULT_5XX,
    code: 'internal_error',
    ownStatus: false,
    message: 'the gateway failed: send the request again',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    code: 'request_too_large',
    ownStatus: true,
    message: 'the body is larger than 6 MB; send images by URL where the model takes them, or less history',
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    code: 'deadline_exceeded',
    ownStatus: true,
    message: 'the router was silent for too long: ask for a stream, or for a shorter answer',
  },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    code: 'internal_error',
    ownStatus: true,
    message: 'the router did not answer: it failed, or it serves as many requests as it may; send the request again',
  },
  {
    type: ResponseType.THROTTLED,
    code: 'rate_limit_exceeded',
    ownStatus: true,
    message: 'too many requests at once: send this one again',
    headers: { 'Retry-After': "'1'" },
  },
  {
    // What API Gateway says to a method or path that it does not know, whatever keys are sent along.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    code: 'unknown_path',
    ownStatus: true,
    message: 'there is no such path: requests go to /v1 or /sealed/v1',
  },
  {
    type: ResponseType.RESOURCE_NOT_FOUND,
    code: 'unknown_path',
    ownStatus: true,
    message: 'there is no such path: requests go to /v1 or /sealed/v1',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    code: 'access_denied',
    ownStatus: true,
    message: "this API is reached through its VPC's endpoint only",
  },
];

export function addGatewayResponses(api: apigateway.RestApi): void {
  for (const { type, code, ownStatus, message, headers } of ANSWERS) {
    const { status, type: errorType } = ERRORS[code];
    const error = { message, type: errorType, param: null, code };
    api.addGatewayResponse(type.responseType, {
      type,
      templates: { 'application/json': JSON.stringify({ error }) },
      ...(ownStatus && { statusCode: String(status) }),
      ...(headers !== undefined && { responseHeaders: headers }),
    });
  }
}
