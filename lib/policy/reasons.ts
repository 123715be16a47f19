/**
 * Every reason the router can give, as one closed list. `explain`, headers, decision records, metrics, errors and the
 * documentation speak with these codes; text for people is made where it is printed.
 */

/** Why a request has the class it has. */
export const CLASS_SOURCES = ['default', 'stated', 'tenant_floor', 'key_floor', 'detector', 'detector_failed'] as const;

/** Why a model of the chain is not asked, in the order in which the filters look. */
export const SKIP_REASONS = [
  'tenant_not_allowed',
  'boundary_forbidden',
  'not_in_lane',
  'endpoint_unsupported',
  'images_unsupported',
  'pdf_unsupported',
  'audio_unsupported',
  'tools_unsupported',
  'schema_unsupported',
  'n_unsupported',
  'logprobs_unsupported',
  'suffix_unsupported',
  'weights_differ',
  'context_too_small',
  'price_unknown',
  'budget_stage',
] as const;

/** Why an attempt at a target failed. */
export const ATTEMPT_FAILURES = [
  'no_replica',
  'fleet_full',
  'draining',
  'secret_missing',
  'connect_failed',
  'connect_timeout',
  'certificate_mismatch',
  'first_event_timeout',
  'idle_timeout',
  'deadline',
  'upstream_status',
  'upstream_error_event',
  'upstream_invalid',
  'engine_aborted',
  'truncated',
  'client_gone',
] as const;

export type ClassSource = (typeof CLASS_SOURCES)[number];
export type SkipReason = (typeof SKIP_REASONS)[number];
export type AttemptFailure = (typeof ATTEMPT_FAILURES)[number];
