/** The router's errors: a closed list of codes, each with its status and the `type` that OpenAI's clients know. */

interface ErrorKind {
  readonly status: number;
  readonly type:
    'invalid_request_error' | 'permission_error' | 'rate_limit_error' | 'insufficient_quota' | 'server_error';
}

export const ERRORS = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  unknown_task: { status: 400, type: 'invalid_request_error' },
  unknown_class: { status: 400, type: 'invalid_request_error' },
  unsupported_parameter: { status: 400, type: 'invalid_request_error' },
  no_capable_target: { status: 400, type: 'invalid_request_error' },
  context_length_exceeded: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'invalid_request_error' },
  model_not_allowed: { status: 403, type: 'permission_error' },
  boundary_forbidden: { status: 403, type: 'permission_error' },
  access_denied: { status: 403, type: 'permission_error' },
  use_sealed_endpoint: { status: 403, type: 'permission_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  unknown_path: { status: 404, type: 'invalid_request_error' },
  request_too_large: { status: 413, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error' },
  budget_exhausted: { status: 429, type: 'insufficient_quota' },
  fleet_full: { status: 429, type: 'rate_limit_error' },
  upstream_error: { status: 502, type: 'server_error' },
  no_target_available: { status: 503, type: 'server_error' },
  waking: { status: 503, type: 'server_error' },
  upstream_timeout: { status: 504, type: 'server_error' },
  upstream_interrupted: { status: 502, type: 'server_error' },
  deadline_exceeded: { status: 504, type: 'server_error' },
  internal_error: { status: 500, type: 'server_error' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure as the caller is told it. `message` holds no text of the request but names the caller chose itself. */
export interface RouterError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The request's field at fault. */
  readonly param: string | null;
  /** Whole seconds after which the same request may succeed. */
  readonly retryAfterSeconds?: number;
}

/** The status a caller gets for an error that comes before the answer began. */
export const statusOf = (error: RouterError): number => ERRORS[error.code].status;
